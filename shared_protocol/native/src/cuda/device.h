#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "../frame_layout.h"
#include "driver_api.h"

namespace lsd {

/// A card as one stream uses it: the engine's CUDA stream, in which planes are written and results read, and a stream
/// of its own for the I/O thread. Device memory is passed as std::byte*, which nobody may look into.
///
/// What can fail returns false, with one sentence in `*problem`.
class CudaDevice {
 public:
  /// Null with `*problem` set when there is no such card. `stream`: the engine's, null: the legacy default stream.
  static std::shared_ptr<CudaDevice> open(int32_t ordinal, void* stream, std::string* problem);
  ~CudaDevice();
  CudaDevice(const CudaDevice&) = delete;

  const std::string& uuid() const { return uuid_; }  ///< "GPU-" and 36 characters, as NVIDIA's tools write it

  bool allocate(size_t bytes, std::byte** out, std::string* problem);
  void free(std::byte* memory);

  // The engine's threads.
  /// Copies the planes of a frame in the engine's stream; returns before that is done where the target is on the card.
  bool copy_planes(std::byte* target, bool is_on_device, const FrameLayout& layout, const lsd_frame& frame,
                   std::string* problem);
  /// Says in the engine's stream that what was queued there so far may still read a result.
  bool mark_read(std::string* problem);

  // The I/O thread. Each waits for the copy, and before it for what the engine queued before `mark_read`.
  bool copy_result(std::byte* target, const std::byte* source, size_t bytes, std::string* problem);
  bool upload_result(std::byte* target, const std::byte* host, size_t bytes, std::string* problem);

  // Between processes; handles are written as hex digits.
  bool has_ipc() const { return has_ipc_; }
  bool export_memory(std::byte* memory, std::string* handle, std::string* problem);
  /// The peer's memory, if it is at least `bytes` long.
  bool open_memory(const std::string& handle, size_t bytes, std::byte** out, std::string* problem);
  void close_memory(std::byte* memory);
  bool create_event(CudaEvent** out, std::string* handle, std::string* problem);
  /// After what was recorded last is done.
  void destroy_event(CudaEvent* event);
  bool record(CudaEvent* event, std::string* problem);

 private:
  class Scope;
  CudaDevice(const CudaDriver& driver, int device, void* stream)
      : driver_(driver), device_(device), engine_stream_(static_cast<CudaStream*>(stream)) {}

  bool start(std::string* problem);
  bool check(CudaResult result, const char* function, std::string* problem) const;
  bool copy_back(CudaRows rows, std::string* problem);

  const CudaDriver& driver_;
  const int device_;
  CudaStream* const engine_stream_;
  CudaContext* context_ = nullptr;
  CudaStream* own_stream_ = nullptr;
  CudaEvent* read_ = nullptr;
  std::string uuid_;
  bool has_ipc_ = false;
};

}  // namespace lsd
