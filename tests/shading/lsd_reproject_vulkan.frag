#version 450
// lsd_reproject.hlsl as GLSL for Vulkan: a test of the text, with the bindings of lsd_reproject_pass.hlsl.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_samplerless_texture_functions : require

layout(set = 0, binding = 0, std140) uniform LSDConstants { vec4 lsd_r_constants[23]; };
layout(set = 0, binding = 1) uniform texture2D lsd_r_depth;
layout(set = 0, binding = 2) uniform texture2D lsd_r_fill;
layout(set = 0, binding = 3) uniform texture2D lsd_r_motion;
layout(set = 0, binding = 4) uniform texture2D lsd_r_ids;
layout(set = 0, binding = 5) uniform texture2D lsd_r_slots;
layout(set = 0, binding = 6) uniform texture2D lsd_r_key_colors;
layout(set = 0, binding = 7) uniform texture2D lsd_r_key_depths;

layout(location = 0) out vec4 lsd_picture;
layout(location = 1) out vec4 lsd_unseen;

#define LSD_R_CONSTANT(i) lsd_r_constants[i]
#define LSD_R_DEPTH(pixel) texelFetch(lsd_r_depth, pixel, 0).x
#define LSD_R_FILL(pixel) texelFetch(lsd_r_fill, pixel, 0)
#define LSD_R_MOTION(pixel) texelFetch(lsd_r_motion, pixel, 0).xy
#define LSD_R_SLOT_ROW(pixel, key, row) texelFetch(lsd_r_slots, ivec2(int(texelFetch(lsd_r_ids, pixel, 0).x * 255.0 + 0.5), (key) * 3 + (row)), 0)
#define LSD_R_KEY_COLOR(key, texel) texelFetch(lsd_r_key_colors, ivec2((texel).x, (texel).y + (key) * int(LSD_R_KEYS.y)), 0)
#define LSD_R_KEY_DEPTH(key, texel) texelFetch(lsd_r_key_depths, ivec2((texel).x, (texel).y + (key) * int(LSD_R_KEYS.w)), 0).x

#include "lsd_portable.glsl"
#include "lsd_reproject.hlsl"

void main()
{
    float unseen;
    lsd_picture = lsd_reproject(ivec2(gl_FragCoord.xy), unseen);
    lsd_unseen = vec4(unseen, unseen, unseen, 1.0);
}
