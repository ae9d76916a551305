// The daemon's CUDA kernel on the CPU, for test_cuda_kernel.py.
#include "cuda_on_host.h"
#include "lsd_shade_kernel.cu"

namespace
{
// Fills what is __shared__ with anything.
void poison() { std::memset(static_cast<void*>(&lsd_weights_0), 0xff, sizeof lsd_weights_0); }

void run(const unsigned grid[3], const unsigned block[3], void* const* a)
{
    lsd_launch(
        grid[0], grid[1], block[0],
        [=] {
            lsd_shade_kernel(static_cast<float4*>(a[0]), static_cast<float4*>(a[1]), static_cast<uint*>(a[2]),
                             static_cast<float*>(a[3]), static_cast<uint*>(a[4]), static_cast<uchar*>(a[5]),
                             static_cast<uint*>(a[6]), static_cast<float4*>(a[7]), static_cast<uint*>(a[8]));
        },
        poison);
}
}

// As the stand-in for the driver finds it (tests/stand_ins/libcuda/kernels.h).
extern "C" const struct
{
    int arguments;
    void (*run)(const unsigned grid[3], const unsigned block[3], void* const* arguments);
} stand_in_lsd_shade_kernel = {9, run};

// With arrays of this process.
extern "C" void lsd_shade_on_host(float4* constants, float4* weights, uint* color, float* depth, uint* normals, uchar* ids,
                                  uint* slots, float4* context, uint* output)
{
    const unsigned grid[3] = {(static_cast<unsigned>(constants[6].x) + 31) / 32, (static_cast<unsigned>(constants[6].y) + 3) / 4, 1};
    const unsigned block[3] = {128, 1, 1};
    void* const arguments[] = {constants, weights, color, depth, normals, ids, slots, context, output};
    run(grid, block, arguments);
}
