#include <utility>

#include "api_support.h"

using namespace lsd::api;
using lsd::fail;

namespace {

bool is_handle_kind(int32_t kind) {
  if (kind >= LSD_HANDLE_VULKAN_FD && kind <= LSD_HANDLE_D3D11) return true;
  fail(LSD_ERROR_ARGUMENT, "handle_kind must be one of lsd_handle_kind.");
  return false;
}

bool takes_surfaces(const lsd_stream* stream) {
  if (!is_alive(stream)) return false;
  if (stream->stream->config().has_surfaces()) return true;
  fail(LSD_ERROR_ARGUMENT, "This stream has no surfaces: open it with LSD_MEMORY_SURFACE.");
  return false;
}

bool read_use(const lsd_stream* stream, const lsd_fence_use* use, lsd::FenceUse* out) {
  if (use == nullptr) return true;
  if (!is_struct(use)) return false;
  const lsd_fence_use given = grown(*use);
  if (given.fence == nullptr) {
    if (given.wait_value == 0 && given.signal_value == 0) return true;
    fail(LSD_ERROR_ARGUMENT, "There are values for a fence, and no fence.");
    return false;
  }
  if (given.fence->owner != stream) {
    fail(LSD_ERROR_ARGUMENT, "The fence was imported for another stream.");
    return false;
  }
  if (given.signal_value != 0 && given.signal_value <= given.wait_value) {
    fail(LSD_ERROR_ARGUMENT, "signal_value must be above wait_value: a fence's values rise.");
    return false;
  }
  *out = {given.fence->fence->semaphore(), given.wait_value, given.signal_value};
  return true;
}

template <typename Handle>
void release(std::vector<std::unique_ptr<Handle>>& all, std::mutex& mutex, const Handle* handle) {
  std::unique_ptr<Handle> gone;  // outlives the lock: it waits for the card
  const std::lock_guard lock(mutex);
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.get() == handle; });
  if (found == all.end()) return;
  gone = std::move(*found);
  all.erase(found);
}

}  // namespace

lsd_status lsd_find_card(const lsd_adapter* adapter, int32_t* cuda_device) {
  return guarded_status([&] {
    if (cuda_device == nullptr) return fail(LSD_ERROR_ARGUMENT, "The result needs somewhere to go.");
    if (!is_struct(adapter) || !is_handle_kind(adapter->handle_kind)) return LSD_ERROR_ARGUMENT;
    std::string problem;
    *cuda_device = lsd::find_card(grown(*adapter), &problem);
    return *cuda_device >= 0 ? LSD_OK : fail(LSD_NOTHING, problem);
  });
}

lsd_surface* lsd_stream_import_surface(lsd_stream* stream, const lsd_surface_config* config) {
  return guarded_pointer([&]() -> lsd_surface* {
    if (!takes_surfaces(stream) || !is_struct(config)) return nullptr;
    const lsd_surface_config given = grown(*config);
    if (!is_handle_kind(given.handle_kind)) return nullptr;
    std::string problem;
    auto surface = std::make_unique<lsd_surface>();
    surface->owner = stream;
    surface->surface = lsd::CudaSurface::import(stream->stream->config().cuda, given, &problem);
    if (surface->surface == nullptr) {
      fail(LSD_ERROR_ARGUMENT, problem);
      return nullptr;
    }
    const std::lock_guard lock(stream->mutex);
    return stream->surfaces.emplace_back(std::move(surface)).get();
  });
}

lsd_fence* lsd_stream_import_fence(lsd_stream* stream, const lsd_fence_config* config) {
  return guarded_pointer([&]() -> lsd_fence* {
    if (!takes_surfaces(stream) || !is_struct(config)) return nullptr;
    const lsd_fence_config given = grown(*config);
    if (!is_handle_kind(given.handle_kind)) return nullptr;
    std::string problem;
    auto fence = std::make_unique<lsd_fence>();
    fence->owner = stream;
    fence->fence = lsd::CudaFence::import(stream->stream->config().cuda, given, &problem);
    if (fence->fence == nullptr) {
      fail(LSD_ERROR_ARGUMENT, problem);
      return nullptr;
    }
    const std::lock_guard lock(stream->mutex);
    return stream->fences.emplace_back(std::move(fence)).get();
  });
}

void lsd_surface_release(lsd_surface* surface) {
  if (surface == nullptr) return;
  guarded_status([&] {
    release(surface->owner->surfaces, surface->owner->mutex, surface);
    return LSD_OK;
  });
}

void lsd_fence_release(lsd_fence* fence) {
  if (fence == nullptr) return;
  guarded_status([&] {
    release(fence->owner->fences, fence->owner->mutex, fence);
    return LSD_OK;
  });
}

lsd_status lsd_stream_submit_surfaces(lsd_stream* stream, const lsd_frame* frame, lsd_surface* const* surfaces,
                                      const lsd_fence_use* use, int64_t* out_seq) {
  return guarded_status([&] {
    if (out_seq != nullptr) *out_seq = 0;
    lsd::SurfaceFrame planes;
    if (!takes_surfaces(stream) || !is_struct(frame) || !read_use(stream, use, &planes.use)) return LSD_ERROR_ARGUMENT;
    if (surfaces == nullptr) return fail(LSD_ERROR_ARGUMENT, "The surfaces are null.");
    for (size_t i = 0; i < static_cast<size_t>(stream->stream->config().layout.plane_count); ++i) {
      if (surfaces[i] == nullptr) continue;
      if (surfaces[i]->owner != stream) {
        return fail(LSD_ERROR_ARGUMENT, "A surface was imported for another stream.");
      }
      planes.planes[i] = surfaces[i]->surface.get();
    }
    return stream->stream->submit(grown(*frame), &planes, out_seq);
  });
}

lsd_status lsd_stream_acquire_into(lsd_stream* stream, lsd_surface* target, const lsd_fence_use* use, lsd_result* out) {
  return guarded_status([&] {
    lsd::FenceUse checked;
    if (!takes_surfaces(stream) || !is_struct(out) || !read_use(stream, use, &checked)) return LSD_ERROR_ARGUMENT;
    if (target == nullptr || target->owner != stream) {
      return fail(LSD_ERROR_ARGUMENT, "The surface is null, or was imported for another stream.");
    }
    lsd_result result{};
    const lsd_status status = stream->stream->acquire_into(*target->surface, checked, &result);
    if (status == LSD_OK) fill(out, result);
    return status;
  });
}
