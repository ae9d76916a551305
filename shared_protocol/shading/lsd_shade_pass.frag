#version 330 core
// A full-screen pass with lsd_shade.hlsl for OpenGL 3.3 and newer: Panda3D, the OpenGL hook. `generated/lsd_shade_pass.frag`
// is this file with its includes in place; drawn with any triangle that covers the target.
//
// The planes are the engine's own render targets, whose row 0 is the picture's bottom; the context and the weights are as they
// came, row 0 first.
uniform vec4 lsd_constants[17];
uniform sampler2D lsd_weights;  // 12 x 151 texels
uniform sampler2D lsd_color;
uniform sampler2D lsd_depth;
uniform sampler2D lsd_normals;
uniform sampler2D lsd_ids;      // 0..255 as 0..1
uniform sampler2D lsd_slots;    // 256 x 1; x: part as a byte, y: strength
uniform sampler2D lsd_context;  // four texels a cell
uniform sampler2D lsd_objects;  // 256 x 3: a column for each slot, see LSD_OBJECT_ROW
// What lsd_depth holds: 1 / metres = raw * x + y, and z is the raw value of "nothing"; w = 1: metres as they are.
uniform vec4 lsd_depth_decode;

out vec4 lsd_result;

#include "lsd_portable.glsl"

ivec2 lsd_texel(ivec2 pixel) { return ivec2(pixel.x, int(lsd_constants[6].y) - 1 - pixel.y); }

float lsd_metres(ivec2 pixel)
{
    float raw = texelFetch(lsd_depth, lsd_texel(pixel), 0).x;
    if (lsd_depth_decode.w > 0.5) return raw;
    if (raw == lsd_depth_decode.z) return 0.0;
    return 1.0 / (raw * lsd_depth_decode.x + lsd_depth_decode.y);
}

// A pixel's number in the plane `ids`, 0..1 for 0..255; an engine may keep it elsewhere.
#ifndef LSD_NUMBER
#define LSD_NUMBER(texel) texelFetch(lsd_ids, texel, 0).x
#endif

#define LSD_CONSTANT(i) lsd_constants[i]
#define LSD_WEIGHT(i) texelFetch(lsd_weights, ivec2((i) % 12, (i) / 12), 0)
#define LSD_CONTEXT(cell, part) texelFetch(lsd_context, ivec2((cell).x * 4 + (part), (cell).y), 0)
#define LSD_COLOR(pixel) texelFetch(lsd_color, lsd_texel(pixel), 0)
#define LSD_DEPTH(pixel) lsd_metres(pixel)
#define LSD_NORMAL(pixel) texelFetch(lsd_normals, lsd_texel(pixel), 0)
#define LSD_SLOT_COLUMN(pixel) int(LSD_NUMBER(lsd_texel(pixel)) * 255.0 + 0.5)
#define LSD_SLOT(pixel) (texelFetch(lsd_slots, ivec2(LSD_SLOT_COLUMN(pixel), 0), 0).xy * vec2(255.0, 1.0))
#define LSD_OBJECT_ROW(pixel, row) texelFetch(lsd_objects, ivec2(LSD_SLOT_COLUMN(pixel), row), 0)

#include "lsd_shade.hlsl"

void main()
{
    lsd_result = lsd_shaded(lsd_texel(ivec2(gl_FragCoord.xy)));
}
