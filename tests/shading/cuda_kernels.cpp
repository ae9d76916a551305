// The daemon's CUDA kernels on the CPU, for test_cuda_kernels.py; found by the stand-in for the driver, too.
#include "cuda_on_host.h"

// Each kernel's text brings its prelude along; the vectors are everybody's.
#define LSD_VECTORS                                                                                                                    \
    using ::make_float2;                                                                                                               \
    using ::make_float3;                                                                                                               \
    using ::make_float4;                                                                                                               \
    using ::make_int2;
namespace shade
{
LSD_VECTORS
#include "lsd_shade_kernel.cu"
}
namespace guide
{
LSD_VECTORS
#include "lsd_guide_kernel.cu"
}
namespace motion
{
LSD_VECTORS
#include "lsd_motion_kernel.cu"
}
namespace mix
{
LSD_VECTORS
#include "lsd_mix_kernel.cu"
}
namespace texture
{
LSD_VECTORS
#include "lsd_texture_kernel.cu"
}
namespace level
{
LSD_VECTORS
#include "lsd_level_kernel.cu"
}
namespace seen
{
LSD_VECTORS
#include "lsd_seen_kernel.cu"
}
namespace detail
{
LSD_VECTORS
#include "lsd_detail_kernel.cu"
}

namespace
{
// Fills what is __shared__ with anything.
void poison() { std::memset(static_cast<void*>(&shade::lsd_weights_0), 0xff, sizeof shade::lsd_weights_0); }

// Any pointer as the kernel's parameter wants it.
struct Address
{
    void* value;
    template <typename T>
    operator T*() const { return static_cast<T*>(value); }
};

template <typename Kernel, std::size_t... I>
void call(Kernel kernel, void* const* arguments, std::index_sequence<I...>) { kernel(Address{arguments[I]}...); }

template <auto Kernel, std::size_t Count, bool FillsShared = false>
void run_serial(const unsigned grid[3], const unsigned block[3], void* const* arguments)
{
    lsd_launch_serial(
        grid[0], grid[1], block[0], FillsShared, [=] { call(Kernel, arguments, std::make_index_sequence<Count>()); });
}

// Barriers and all.
void run_shade_in_threads(const unsigned grid[3], const unsigned block[3], void* const* arguments)
{
    lsd_launch(
        grid[0], grid[1], block[0], [=] { call(shade::lsd_shade_kernel, arguments, std::make_index_sequence<10>()); }, poison);
}
}  // namespace

// As the stand-in for the driver finds them (tests/stand_ins/libcuda/kernels.h).
struct HostKernel
{
    int arguments;
    void (*run)(const unsigned grid[3], const unsigned block[3], void* const* arguments);
};
extern "C" const HostKernel stand_in_lsd_shade_kernel_in_threads = {10, run_shade_in_threads};
extern "C" const HostKernel stand_in_lsd_shade_kernel = {10, run_serial<shade::lsd_shade_kernel, 10, true>};
extern "C" const HostKernel stand_in_lsd_guide_kernel = {10, run_serial<guide::lsd_guide_kernel, 10>};
extern "C" const HostKernel stand_in_lsd_motion_kernel = {5, run_serial<motion::lsd_motion_kernel, 5>};
extern "C" const HostKernel stand_in_lsd_mix_kernel = {6, run_serial<mix::lsd_mix_kernel, 6>};
extern "C" const HostKernel stand_in_lsd_texture_kernel = {3, run_serial<texture::lsd_texture_kernel, 3>};
extern "C" const HostKernel stand_in_lsd_level_kernel = {4, run_serial<level::lsd_level_kernel, 4>};
extern "C" const HostKernel stand_in_lsd_seen_kernel = {4, run_serial<seen::lsd_seen_kernel, 4>};
extern "C" const HostKernel stand_in_lsd_detail_kernel = {6, run_serial<detail::lsd_detail_kernel, 6>};

// With arrays of this process.
extern "C" void lsd_run_on_host(const HostKernel* kernel, unsigned columns, unsigned rows, unsigned threads, void* const* arguments)
{
    const unsigned grid[3] = {columns, rows, 1}, block[3] = {threads, 1, 1};
    kernel->run(grid, block, arguments);
}
