#pragma once

#include "driver_abi.h"

namespace stand_in {

/// What a library of kernels for the host (LIBCUDA_STAND_IN_KERNELS) exports for each, as `stand_in_NAME`: `run` gets the
/// arguments, all of them pointers, as the host may follow them.
struct HostKernel {
  int arguments;
  void (*run)(const unsigned grid[3], const unsigned block[3], void* const* arguments);
};

/// Null: the library is missing or has no kernel of that name.
const HostKernel* host_kernel(const char* name);

}  // namespace stand_in
