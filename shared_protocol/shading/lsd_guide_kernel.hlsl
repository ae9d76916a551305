// The guide of the base picture as a compute kernel, with the noise that the sampler starts from: one thread a pixel. Slang makes CUDA
// of it (generate.py). PyTorch is the reference: mirage_lsd/models/guide.py, `anchored_noise` in fields.py.
//
//   guide  32 floats a pixel, side by side; noise: three planes; base_depth: metres, 0: sky; the rest: lsd_kernel_planes.hlsl
#include "lsd_kernel_planes.hlsl"
// The head is not run here.
#define LSD_WEIGHT(i) float4(0.0, 0.0, 0.0, 0.0)
#define LSD_CONTEXT(cell, part) float4(0.0, 0.0, 0.0, 0.0)

#include "lsd_shade.hlsl"

// Unit Gaussian noise that sticks to surfaces: constant over world cells of about one pixel's size.
float3 lsd_anchored_noise(int2 pixel, LSDPlace here, float3 n)
{
    float3 position = here.position;
    float3 faced = n;
    float3 tangent = n;
    lsd_to_object_space(pixel, here, position, faced, tangent);
    float3 p = position - faced * 0.01;
    // The next power of two, by the number's own bits.
    uint bits = asuint(clamp(lsd_footprint(here, n), 0.001, 64.0));
    float size = asfloat((bits + 0x007fffffu) & 0x7f800000u);
    float3 cell = floor(p / size);
    float2 x = cell.xx;
    float2 y = cell.yy;
    float2 z = cell.zz;
    float2 radii = lsd_cell_hash(x, y, z, float2(53.0, 82.0)) * (0.5 * 287.0 / 289.0) + 0.5;
    float2 turns = lsd_cell_hash(x, y, z, float2(111.0, 140.0)) * (0.5 * 287.0 / 289.0) + 0.5;
    // Box and Muller; the bound keeps the logarithm finite.
    float2 radius = float2(sqrt(-2.0 * log(max(radii.x, 0.001))), sqrt(-2.0 * log(max(radii.y, 0.001))));
    float2 angle = turns * LSD_TURN;
    return float3(radius.x * cos(angle.x), radius.y * cos(angle.y), radius.x * sin(angle.x));
}

[shader("compute")]
[numthreads(128, 1, 1)]
void lsd_guide_kernel(uint3 group : SV_GroupID, uint3 thread : SV_GroupThreadID, uniform float4* constants,
                      uniform uint* color, uniform float* depth, uniform uint* normals, uniform uint8_t* ids,
                      uniform uint* slots, uniform float4* objects, uniform float4* guide, uniform float* noise,
                      uniform float* base_depth)
{
    lsd_constants = constants;
    lsd_color = color;
    lsd_depth = depth;
    lsd_normals = normals;
    lsd_ids = ids;
    lsd_slots = slots;
    lsd_objects = objects;
    int2 size = int2(constants[6].xy);
    int at = int(group.x * 128 + thread.x);
    int count = size.x * size.y;
    if (at >= count) return;
    int2 pixel = int2(at % size.x, at / size.x);
    LSDPlace here = lsd_place(pixel);
    float4 channels[8];
    LSD_UNROLL for (int i = 0; i < 8; ++i) channels[i] = float4(0.0, 0.0, 0.0, 0.0);
    int part = LSD_HAS.z > 0.5 ? int(LSD_SLOT(pixel).x + 0.5) : 0;
    lsd_guide(pixel, LSD_COLOR(pixel), here, part, channels);
    LSD_UNROLL for (int c = 0; c < 8; ++c) guide[at * 8 + c] = channels[c];
    float3 drawn = lsd_anchored_noise(pixel, here, channels[1].yzw);
    noise[at] = drawn.x;
    noise[count + at] = drawn.y;
    noise[2 * count + at] = drawn.z;
    base_depth[at] = here.depth;
}
