// Where each pixel of the base picture was in the frame before, as a compute kernel: one thread a cell of eight by eight. Slang makes
// CUDA of it (generate.py). PyTorch is the reference: mirage_lsd/pipelines/reprojection.py.
//
//   constants  as of lsd_kernel_planes.hlsl; LSD_CONTEXT_X, _Y and _W are of the camera of the frame before; the last one's w: 1: there
//              are motion vectors, which then alone count
//   depth, before: metres, 0: sky, of the base pictures of now and before; motion: two halfs a pixel, one uint, of the planes' own size
//   cells  three planes: the mean motion in pixels of the base picture, right and down; the share that was visible
#include "lsd_kernel_planes.hlsl"
#define LSD_WEIGHT(i) float4(0.0, 0.0, 0.0, 0.0)
#define LSD_CONTEXT(cell, part) float4(0.0, 0.0, 0.0, 0.0)

#include "lsd_shade.hlsl"

// A pixel's depth may differ by this share from what the frame before saw there before it counts as newly visible.
#define LSD_DEPTH_TOLERANCE 0.06

// The lower half of a uint; what is no number is none.
float lsd_half(uint bits)
{
    uint exponent = (bits >> 10) & 31u;
    uint mantissa = bits & 1023u;
    float value = float(mantissa) * (1.0 / 16777216.0);
    if (exponent > 0u) value = asfloat(((exponent + 112u) << 23) | (mantissa << 13));
    if (exponent == 31u) value = 0.0;
    return (bits & 0x8000u) != 0u ? -value : value;
}

// Where the pixel was, minus where it is; z: how deep it was there, metres, 0: sky.
float3 lsd_way(int2 pixel, float depth)
{
    float2 at = (float2(pixel) + 0.5) / LSD_SIZE.xy;
    float x = (2.0 * at.x - 1.0 + LSD_LENS.z) / LSD_LENS.x;
    float y = (1.0 - 2.0 * at.y + LSD_LENS.w) / LSD_LENS.y;
    float far = depth > 0.0 ? depth : LSD_SKY_METRES;
    float4 p = float4(LSD_CAMERA_X.w + (x * LSD_CAMERA_X.x + y * LSD_CAMERA_X.y - LSD_CAMERA_X.z) * far,
                      LSD_CAMERA_Y.w + (x * LSD_CAMERA_Y.x + y * LSD_CAMERA_Y.y - LSD_CAMERA_Y.z) * far,
                      LSD_CAMERA_Z.w + (x * LSD_CAMERA_Z.x + y * LSD_CAMERA_Z.y - LSD_CAMERA_Z.z) * far, 1.0);
    float along = dot(LSD_CONTEXT_W, p);
    float w = max(along, 0.001);
    float2 found = float2((dot(LSD_CONTEXT_X, p) / w * 0.5 + 0.5) * LSD_SIZE.x - 0.5,
                          (0.5 - dot(LSD_CONTEXT_Y, p) / w * 0.5) * LSD_SIZE.y - 0.5);
    return float3(found - float2(pixel), depth > 0.0 ? along : 0.0);
}

[shader("compute")]
[numthreads(64, 1, 1)]
void lsd_motion_kernel(uint3 group : SV_GroupID, uint3 thread : SV_GroupThreadID, uniform float4* constants,
                       uniform float* depth, uniform float* before, uniform uint* motion, uniform float* cells)
{
    lsd_constants = constants;
    int2 size = int2(constants[6].xy);
    int2 last = size - int2(1, 1);
    int columns = size.x / 8;
    int count = columns * (size.y / 8);
    int cell = int(group.x * 64 + thread.x);
    if (cell >= count) return;
    float3 sum = float3(0.0, 0.0, 0.0);
    for (int i = 0; i < 64; ++i)
    {
        int2 pixel = int2(cell % columns * 8 + i % 8, cell / columns * 8 + i / 8);
        float3 way = float3(0.0, 0.0, 0.0);
        bool is_told = constants[17].w > 0.5;
        if (is_told)
        {
            uint packed = motion[lsd_index(pixel)];
            way = float3(float2(lsd_half(packed), lsd_half(packed >> 16)) * (LSD_SIZE.xy / constants[17].xy), 0.0);
        }
        else
        {
            way = lsd_way(pixel, depth[pixel.y * size.x + pixel.x]);
        }
        float2 place = float2(pixel) + way.xy;
        bool visible = place.x > -0.5 && place.x < LSD_SIZE.x - 0.5 && place.y > -0.5 && place.y < LSD_SIZE.y - 0.5;
        if (visible && !is_told)
        {
            int2 there = int2(round(clamp(place, float2(0.0, 0.0), float2(last))));
            visible = abs(before[there.y * size.x + there.x] - way.z) <= LSD_DEPTH_TOLERANCE * max(way.z, 0.1);
        }
        sum += float3(way.xy, visible ? 1.0 : 0.0);
    }
    cells[cell] = sum.x * (1.0 / 64.0);
    cells[count + cell] = sum.y * (1.0 / 64.0);
    cells[2 * count + cell] = sum.z * (1.0 / 64.0);
}
