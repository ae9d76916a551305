// A full-screen pass with lsd_shade.hlsl, for shader model 4.0 and newer. The WGSL form is generated from this file
// (generate.py). Compilers that only know Direct3D don't know [[vk::binding]]: leave it out for them.
struct LSDConstants { float4 values[17]; };
struct LSDWeights { float4 values[1801]; };

[[vk::binding(0)]] cbuffer lsd_constants_buffer : register(b0) { LSDConstants lsd_constants; };
[[vk::binding(1)]] cbuffer lsd_weights_buffer : register(b1) { LSDWeights lsd_weights; };
[[vk::binding(2)]] Texture2D<float4> lsd_color : register(t2);
[[vk::binding(3)]] Texture2D<float> lsd_depth : register(t3);
[[vk::binding(4)]] Texture2D<float4> lsd_normals : register(t4);
[[vk::binding(5)]] Texture2D<float> lsd_ids : register(t5);      // 0..255 as 0..1
[[vk::binding(6)]] Texture2D<float4> lsd_slots : register(t6);   // 256 x 1; x: part as a byte, y: strength
[[vk::binding(7)]] Texture2D<float4> lsd_context : register(t7); // four texels a cell
[[vk::binding(8)]] Texture2D<float4> lsd_objects : register(t8); // 256 x 3: a column for each slot, see LSD_OBJECT_ROW

#define LSD_CONSTANT(i) lsd_constants.values[i]
#define LSD_WEIGHT(i) lsd_weights.values[i]
#define LSD_CONTEXT(cell, part) lsd_context.Load(int3((cell).x * 4 + (part), (cell).y, 0))
#define LSD_COLOR(pixel) lsd_color.Load(int3(pixel, 0))
#define LSD_DEPTH(pixel) lsd_depth.Load(int3(pixel, 0))
#define LSD_NORMAL(pixel) lsd_normals.Load(int3(pixel, 0))
#define LSD_NUMBER(pixel) int(lsd_ids.Load(int3(pixel, 0)) * 255.0 + 0.5)
#define LSD_SLOT(pixel) (lsd_slots.Load(int3(LSD_NUMBER(pixel), 0, 0)).xy * float2(255.0, 1.0))
#define LSD_OBJECT_ROW(pixel, row) lsd_objects.Load(int3(LSD_NUMBER(pixel), row, 0))

#include "lsd_shade.hlsl"

// One triangle that covers the target.
[shader("vertex")]
float4 lsd_vertex(uint id : SV_VertexID) : SV_Position
{
    return float4(float2((id << 1) & 2, id & 2) * 2.0 - 1.0, 0.0, 1.0);
}

[shader("fragment")]
float4 lsd_fragment(float4 position : SV_Position) : SV_Target
{
    return lsd_shaded(int2(position.xy));
}
