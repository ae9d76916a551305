#version 330 core
// A full-screen pass with lsd_reproject.hlsl for OpenGL 3.3 and newer; `generated/lsd_reproject_pass.frag` is this file with
// its includes in place. The frame's planes are the engine's render targets, whose row 0 is the picture's bottom; the keys lie
// in one texture, the newest first, row 0 of each its top.
uniform vec4 lsd_r_constants[23];
uniform sampler2D lsd_r_depth;
uniform sampler2D lsd_r_fill;
uniform sampler2D lsd_r_motion;
uniform sampler2D lsd_r_ids;         // 0..255 as 0..1
uniform sampler2D lsd_r_slots;       // 256 x 12: three rows for each key
uniform sampler2D lsd_r_key_colors;
uniform sampler2D lsd_r_key_depths;

layout(location = 0) out vec4 lsd_picture;
layout(location = 1) out vec4 lsd_unseen;

#include "lsd_portable.glsl"

ivec2 lsd_texel(ivec2 pixel) { return ivec2(pixel.x, int(lsd_r_constants[4].y) - 1 - pixel.y); }

#define LSD_R_CONSTANT(i) lsd_r_constants[i]
#define LSD_R_DEPTH(pixel) texelFetch(lsd_r_depth, lsd_texel(pixel), 0).x
#define LSD_R_FILL(pixel) texelFetch(lsd_r_fill, lsd_texel(pixel), 0)
#define LSD_R_MOTION(pixel) texelFetch(lsd_r_motion, lsd_texel(pixel), 0).xy
#define LSD_R_SLOT_ROW(pixel, key, row) texelFetch(lsd_r_slots, ivec2(int(texelFetch(lsd_r_ids, lsd_texel(pixel), 0).x * 255.0 + 0.5), (key) * 3 + (row)), 0)
#define LSD_R_KEY_COLOR(key, texel) texelFetch(lsd_r_key_colors, ivec2((texel).x, (texel).y + (key) * int(LSD_R_KEYS.y)), 0)
#define LSD_R_KEY_DEPTH(key, texel) texelFetch(lsd_r_key_depths, ivec2((texel).x, (texel).y + (key) * int(LSD_R_KEYS.w)), 0).x

#include "lsd_reproject.hlsl"

void main()
{
    float unseen;
    lsd_picture = lsd_reproject(lsd_texel(ivec2(gl_FragCoord.xy)), unseen);
    lsd_unseen = vec4(unseen, unseen, unseen, 1.0);
}
