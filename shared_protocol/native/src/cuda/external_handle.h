#pragma once

#include <cstdint>
#include <string>

#include "driver_api.h"

namespace lsd {

/// A handle of another interface on its way into the driver. Of a file descriptor it is a duplicate, because the driver
/// keeps the one that it takes; an NT handle stays the caller's anyway.
class ExternalHandle {
 public:
  ExternalHandle(int32_t kind, int64_t value) : kind_(kind), value_(value) {}
  ~ExternalHandle();
  ExternalHandle(const ExternalHandle&) = delete;

  /// False with `*problem` set where there is no such handle on this system.
  bool open(CudaExternalHandle* out, std::string* problem);
  /// The driver has it now.
  void taken() { file_ = -1; }

 private:
  const int32_t kind_;
  const int64_t value_;
  int file_ = -1;
};

}  // namespace lsd
