// A full-screen pass with lsd_reproject.hlsl: target 0 is the picture, target 1 says where no result saw the point.
// The WGSL form is generated from this file (generate.py). The keys lie in one texture, the newest on top.
struct LSDReprojectConstants { float4 values[23]; };

[[vk::binding(0)]] cbuffer lsd_r_constants_buffer : register(b0) { LSDReprojectConstants lsd_r_constants; };
[[vk::binding(1)]] Texture2D<float> lsd_r_depth : register(t1);
[[vk::binding(2)]] Texture2D<float4> lsd_r_fill : register(t2);
[[vk::binding(3)]] Texture2D<float2> lsd_r_motion : register(t3);
[[vk::binding(4)]] Texture2D<float> lsd_r_ids : register(t4);          // 0..255 as 0..1
[[vk::binding(5)]] Texture2D<float4> lsd_r_slots : register(t5);       // 256 x 12: three rows for each key
[[vk::binding(6)]] Texture2D<float4> lsd_r_key_colors : register(t6);
[[vk::binding(7)]] Texture2D<float> lsd_r_key_depths : register(t7);

#define LSD_R_CONSTANT(i) lsd_r_constants.values[i]
#define LSD_R_DEPTH(pixel) lsd_r_depth.Load(int3(pixel, 0))
#define LSD_R_FILL(pixel) lsd_r_fill.Load(int3(pixel, 0))
#define LSD_R_MOTION(pixel) lsd_r_motion.Load(int3(pixel, 0))
#define LSD_R_SLOT_ROW(pixel, key, row) lsd_r_slots.Load(int3(int(lsd_r_ids.Load(int3(pixel, 0)) * 255.0 + 0.5), (key) * 3 + (row), 0))
#define LSD_R_KEY_COLOR(key, texel) lsd_r_key_colors.Load(int3((texel).x, (texel).y + (key) * int(LSD_R_KEYS.y), 0))
#define LSD_R_KEY_DEPTH(key, texel) lsd_r_key_depths.Load(int3((texel).x, (texel).y + (key) * int(LSD_R_KEYS.w), 0))

#include "lsd_reproject.hlsl"

struct LSDReprojected
{
    float4 picture : SV_Target0;
    float4 unseen : SV_Target1;
};

// One triangle that covers the target.
[shader("vertex")]
float4 lsd_vertex(uint id : SV_VertexID) : SV_Position
{
    return float4(float2((id << 1) & 2, id & 2) * 2.0 - 1.0, 0.0, 1.0);
}

[shader("fragment")]
LSDReprojected lsd_fragment(float4 position : SV_Position)
{
    LSDReprojected result;
    float unseen;
    result.picture = lsd_reproject(int2(position.xy), unseen);
    result.unseen = float4(unseen, unseen, unseen, 1.0);
    return result;
}
