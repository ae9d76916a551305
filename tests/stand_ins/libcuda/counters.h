#pragma once

#include <atomic>
#include <cstdint>

namespace stand_in {

/// What this process has and has done, in a file that a test reads while the process runs, and after it was killed:
/// LIBCUDA_STAND_IN_COUNTERS is the folder, the file's name is the process id, these are its words.
/// ../libcuda_stand_in.py has the same list.
struct Counters {
  std::atomic<uint64_t> allocations{0};  ///< live
  std::atomic<uint64_t> bytes{0};        ///< live
  std::atomic<uint64_t> opened_memory{0};
  std::atomic<uint64_t> events{0};
  std::atomic<uint64_t> opened_events{0};
  std::atomic<uint64_t> streams{0};
  std::atomic<uint64_t> contexts{0};
  std::atomic<uint64_t> bytes_to_device{0};  ///< ever
  std::atomic<uint64_t> bytes_to_host{0};
  std::atomic<uint64_t> bytes_on_device{0};
  std::atomic<uint64_t> faults{0};  ///< copies outside of what is allocated, rules broken
  std::atomic<uint64_t> external_memory{0};
  std::atomic<uint64_t> mapped{0};  ///< buffers and arrays of it
  std::atomic<uint64_t> external_semaphores{0};
};

Counters& counters();

}  // namespace stand_in
