#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "client.h"
#include "cuda/surface.h"
#include "error.h"
#include "lsd/lsd.h"

// What the functions of the C ABI have in common: their handles, their guard against exceptions, their structures.

struct lsd_surface {
  lsd_stream* owner;
  std::unique_ptr<lsd::CudaSurface> surface;
};

struct lsd_fence {
  lsd_stream* owner;
  std::unique_ptr<lsd::CudaFence> fence;
};

struct lsd_stream {
  explicit lsd_stream(lsd_client* client) : client(client) {}

  std::shared_ptr<lsd::Stream> stream;
  lsd_client* client;
  std::mutex mutex;
  std::vector<std::unique_ptr<lsd_fence>> fences;  ///< they go after the surfaces
  std::vector<std::unique_ptr<lsd_surface>> surfaces;
};

struct lsd_client {
  explicit lsd_client(lsd::ClientConfig config) : client(std::move(config)) {}

  lsd::Client client;
  std::mutex mutex;
  std::vector<std::unique_ptr<lsd_stream>> streams;
};

namespace lsd::api {

/// Runs `body` and turns whatever it throws into a status: nothing may unwind into an engine.
template <typename Body>
auto guarded(decltype(std::declval<Body>()()) on_failure, lsd_status* status, Body&& body) noexcept {
  lsd::clear_last_error();
  try {
    return body();
  } catch (const std::bad_alloc&) {
    *status = fail(LSD_ERROR_MEMORY, "Out of memory.");
  } catch (const std::exception& error) {
    *status = fail(LSD_ERROR_INTERNAL, error.what());
  } catch (...) {
    *status = fail(LSD_ERROR_INTERNAL, "Unknown failure.");
  }
  return on_failure;
}

template <typename Body>
lsd_status guarded_status(Body&& body) noexcept {
  lsd_status status = LSD_OK;
  const lsd_status result = guarded(LSD_OK, &status, body);
  return status != LSD_OK ? status : result;
}

template <typename Body>
auto guarded_pointer(Body&& body) noexcept {
  lsd_status status = LSD_OK;
  return guarded(nullptr, &status, body);
}

/// Structures only grow with versions. A larger one of a newer caller is fine, its new members are ignored; a smaller
/// one of an older caller is fine, what it lacks is zero. `kLeast` is the size of the first version.
template <typename Struct>
inline constexpr size_t kLeast = sizeof(Struct);
template <>
inline constexpr size_t kLeast<lsd_stream_config> = offsetof(lsd_stream_config, output_alpha);
template <>
inline constexpr size_t kLeast<lsd_frame> = offsetof(lsd_frame, slot_count);
template <>
inline constexpr size_t kLeast<lsd_result> = offsetof(lsd_result, has_camera);

template <typename Struct>
bool is_struct(const Struct* value) {
  if (value != nullptr && value->size >= kLeast<Struct>) return true;
  fail(LSD_ERROR_ARGUMENT, "A structure is null, or its `size` is not set to sizeof.");
  return false;
}

/// A caller's structure in this version's size.
template <typename Struct>
Struct grown(const Struct& value) {
  Struct whole{};
  std::memcpy(&whole, &value, std::min<size_t>(value.size, sizeof whole));
  return whole;
}

/// Fills as much of a caller's structure as it has, `size` apart.
template <typename Struct>
void fill(Struct* target, Struct whole) {
  whole.size = target->size;
  std::memcpy(target, &whole, std::min<size_t>(target->size, sizeof whole));
}

inline bool is_alive(const lsd_stream* stream) {
  if (stream != nullptr) return true;
  fail(LSD_ERROR_ARGUMENT, "The stream is null.");
  return false;
}

}  // namespace lsd::api
