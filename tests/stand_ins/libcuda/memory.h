#pragma once

#include <atomic>
#include <memory>

#include "driver_abi.h"

namespace stand_in {

/// What a handle for another process says: which file descriptor of which process. The kernel frees the memory with the
/// last process that has it, so that nothing is left of one that was killed.
struct SharedHandle {
  char kind[8];
  int32_t pid, file;
  uint64_t inode;
  uint64_t bytes;
};

/// Memory that several processes may map: an anonymous file.
class SharedBlock {
 public:
  /// Null where there is no memory.
  static std::shared_ptr<SharedBlock> create(size_t bytes);
  /// Null with `*why` set: made by this process, by one that is gone or not ours to see, or no handle at all.
  static std::shared_ptr<SharedBlock> open(const SharedHandle& handle, const char* kind, CUresult* why);
  /// Takes a file that another driver shares: Mesa's llvmpipe, whose header is a page, or this stand-in. Null where it
  /// is no such file, or has less than `bytes`; the caller then still has it.
  static std::shared_ptr<SharedBlock> adopt(int file, size_t bytes);
  ~SharedBlock();
  SharedBlock(const SharedBlock&) = delete;

  char* host() const { return host_; }
  size_t bytes() const { return bytes_; }
  SharedHandle handle(const char* kind) const;

 private:
  SharedBlock(int file, char* host, size_t bytes) : file_(file), host_(host), bytes_(bytes) {}

  int file_;
  char* host_;
  size_t bytes_;
};

// Device addresses are reserved pages without any access: whoever reads one on the host dies, as with a card. They are
// never given out again, so that use of freed memory is found.

/// What the card has in all, and each process for itself: LIBCUDA_STAND_IN_MEMORY_MB, else 8 GiB.
size_t total_bytes();
CUresult allocate(size_t bytes, CUdeviceptr* out);
CUresult free_memory(CUdeviceptr address);
CUresult export_memory(CUdeviceptr address, CUipcMemHandle* out);
CUresult open_memory(const CUipcMemHandle& handle, CUdeviceptr* out);
CUresult close_memory(CUdeviceptr address);
/// An address for a part of foreign memory; `mapped` falls when it is freed.
CUresult map_external(std::shared_ptr<SharedBlock> block, size_t offset, size_t bytes,
                      std::shared_ptr<std::atomic<int>> mapped, CUdeviceptr* out);
bool is_device_address(CUdeviceptr address);
CUresult range_of(CUdeviceptr address, CUdeviceptr* base, size_t* bytes);

/// Device memory as the host sees it, for copies of this stand-in alone.
struct View {
  std::shared_ptr<SharedBlock> block;
  char* host = nullptr;
};
/// Counts a fault and writes a line.
void rule_broken(const char* what);
/// `host` is null, a fault was counted and a line written, where the bytes are not all inside one allocation.
View view(CUdeviceptr address, size_t bytes);

}  // namespace stand_in
