#include "external_handle.h"

#include "lsd/lsd.h"

#if !defined(_WIN32)
#include <fcntl.h>
#include <unistd.h>
#endif

namespace lsd {

#if defined(_WIN32)

ExternalHandle::~ExternalHandle() = default;

bool ExternalHandle::open(CudaExternalHandle* out, std::string* problem) {
  *out = {};
  if (kind_ == LSD_HANDLE_VULKAN_FD) {
    *problem = "There are no file descriptors of Vulkan on Windows: use LSD_HANDLE_VULKAN_WIN32.";
    return false;
  }
  if (value_ == 0 || value_ == -1) {
    *problem = "The handle is null.";
    return false;
  }
  out->windows.handle = reinterpret_cast<void*>(static_cast<intptr_t>(value_));
  return true;
}

#else

ExternalHandle::~ExternalHandle() {
  if (file_ >= 0) close(file_);
}

bool ExternalHandle::open(CudaExternalHandle* out, std::string* problem) {
  *out = {};
  if (kind_ != LSD_HANDLE_VULKAN_FD) {
    *problem = "Handles of Direct3D and NT handles are Windows' own: use LSD_HANDLE_VULKAN_FD.";
    return false;
  }
  file_ = value_ >= 0 && value_ <= INT32_MAX ? fcntl(static_cast<int>(value_), F_DUPFD_CLOEXEC, 0) : -1;
  if (file_ < 0) {
    *problem = "The handle is no open file descriptor.";
    return false;
  }
  out->file = file_;
  return true;
}

#endif

}  // namespace lsd
