// lsd_shade.hlsl as a compute kernel: one thread a pixel, a block 32 x 4 pixels. Slang makes CUDA of it (generate.py). The daemon
// launches it on NVIDIA's cards.
//
//   weights  1801 float4: LSD_WEIGHT; context: four float4 a cell; output: RGBA bytes, one uint each; the rest: lsd_kernel_planes.hlsl
#include "lsd_kernel_planes.hlsl"

groupshared float4 lsd_weights[1801];
static float4* lsd_context;

#define LSD_WEIGHT(i) lsd_weights[i]
#define LSD_CONTEXT(cell, part) lsd_context[((cell).y * int(lsd_constants[6].z) + (cell).x) * 4 + (part)]

#include "lsd_shade.hlsl"

[shader("compute")]
[numthreads(128, 1, 1)]
void lsd_shade_kernel(uint3 group : SV_GroupID, uint3 thread : SV_GroupThreadID,
                      uniform float4* constants, uniform float4* weights, uniform uint* color, uniform float* depth,
                      uniform uint* normals, uniform uint8_t* ids, uniform uint* slots, uniform float4* objects,
                      uniform float4* context, uniform uint* output)
{
    // Every pixel reads all of them, all lanes the same one: from shared memory that costs one access a warp.
    for (uint i = thread.x; i < 1801; i += 128) lsd_weights[i] = weights[i];
    GroupMemoryBarrierWithGroupSync();
    lsd_constants = constants;
    lsd_color = color;
    lsd_depth = depth;
    lsd_normals = normals;
    lsd_ids = ids;
    lsd_slots = slots;
    lsd_objects = objects;
    lsd_context = context;
    int2 size = int2(constants[6].xy);
    int2 pixel = int2(int(group.x * 32 + (thread.x & 31)), int(group.y * 4 + (thread.x >> 5)));
    if (pixel.x >= size.x || pixel.y >= size.y) return;
    float4 painted = saturate(lsd_shaded(pixel)) * 255.0 + 0.5;
    uint4 bytes = uint4(painted);
    output[pixel.y * size.x + pixel.x] = bytes.x | (bytes.y << 8) | (bytes.z << 16) | (bytes.w << 24);
}
