#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lsd {

/// One mapped shared-memory segment. Unmapped, and its name removed if this side made it, when it goes.
class SharedMemory {
 public:
  /// A fresh segment of this process, zeroed and backed by real memory. Null with `*problem` set when there is none to
  /// be had.
  static std::unique_ptr<SharedMemory> create(size_t bytes, std::string* problem);

  /// Maps a peer's segment for reading and removes its name at once, so that nothing stays behind when either side
  /// dies. Null with `*problem` set when the name is not one of ours, or the segment is shorter than `bytes`.
  static std::unique_ptr<SharedMemory> open(const std::string& name, size_t bytes, std::string* problem);

  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// Removes the name; the mapping stays. It does not matter who was first.
  void unlink();

  const std::string& name() const { return name_; }
  std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  SharedMemory(std::string name, std::byte* data, size_t bytes, void* handle, bool is_linked)
      : name_(std::move(name)), data_(data), bytes_(bytes), handle_(handle), is_linked_(is_linked) {}

  std::string name_;
  std::byte* data_;
  size_t bytes_;
  [[maybe_unused]] void* handle_;  ///< Windows: the section keeps its name as long as this is open
  bool is_linked_;
};

/// `lsd-<pid>-<32 hex digits>` behind the platform's prefix. Nothing else may be opened or unlinked on a peer's word.
bool is_ring_name(std::string_view name, std::string_view prefix);
std::string make_ring_name(std::string_view prefix, int64_t pid, const unsigned char (&random)[16]);

}  // namespace lsd
