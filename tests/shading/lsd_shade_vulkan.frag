#version 450
// lsd_shade.hlsl as GLSL for Vulkan: a test of the text, with the bindings of lsd_shade_pass.hlsl.
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_samplerless_texture_functions : require

layout(set = 0, binding = 0, std140) uniform LSDConstants { vec4 lsd_constants[17]; };
layout(set = 0, binding = 1, std140) uniform LSDWeights { vec4 lsd_weights[1801]; };
layout(set = 0, binding = 2) uniform texture2D lsd_color;
layout(set = 0, binding = 3) uniform texture2D lsd_depth;
layout(set = 0, binding = 4) uniform texture2D lsd_normals;
layout(set = 0, binding = 5) uniform texture2D lsd_ids;
layout(set = 0, binding = 6) uniform texture2D lsd_slots;
layout(set = 0, binding = 7) uniform texture2D lsd_context;
layout(set = 0, binding = 8) uniform texture2D lsd_objects;

layout(location = 0) out vec4 lsd_result;

#define LSD_CONSTANT(i) lsd_constants[i]
#define LSD_WEIGHT(i) lsd_weights[i]
#define LSD_CONTEXT(cell, part) texelFetch(lsd_context, ivec2((cell).x * 4 + (part), (cell).y), 0)
#define LSD_COLOR(pixel) texelFetch(lsd_color, pixel, 0)
#define LSD_DEPTH(pixel) texelFetch(lsd_depth, pixel, 0).x
#define LSD_NORMAL(pixel) texelFetch(lsd_normals, pixel, 0)
#define LSD_NUMBER(pixel) int(texelFetch(lsd_ids, pixel, 0).x * 255.0 + 0.5)
#define LSD_SLOT(pixel) (texelFetch(lsd_slots, ivec2(LSD_NUMBER(pixel), 0), 0).xy * vec2(255.0, 1.0))
#define LSD_OBJECT_ROW(pixel, row) texelFetch(lsd_objects, ivec2(LSD_NUMBER(pixel), row), 0)

#include "lsd_portable.glsl"
#include "lsd_shade.hlsl"

void main() { lsd_result = lsd_shaded(ivec2(gl_FragCoord.xy)); }
