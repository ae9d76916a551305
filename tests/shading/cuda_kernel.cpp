// The daemon's CUDA kernel on the CPU, for test_cuda_kernel.py.
#include "cuda_on_host.h"
#include "lsd_shade_kernel.cu"

extern "C" void lsd_shade_on_host(float4* constants, float4* weights, uint* color, float* depth, uint* normals, uchar* ids,
                                  uint* slots, float4* context, uint* output)
{
    const unsigned width = static_cast<unsigned>(constants[6].x), height = static_cast<unsigned>(constants[6].y);
    lsd_launch(
        (width + 31) / 32, (height + 3) / 4, 128,
        [=] { lsd_shade_kernel(constants, weights, color, depth, normals, ids, slots, context, output); },
        [] { std::memset(static_cast<void*>(&lsd_weights_0), 0xff, sizeof lsd_weights_0); });
}
