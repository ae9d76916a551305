// Makes lsd_shade.hlsl and lsd_reproject.hlsl GLSL (330 core and newer): put it in front of them.
#define float2 vec2
#define float3 vec3
#define float4 vec4
#define int2 ivec2
#define lerp mix
#define rsqrt inversesqrt
#define saturate(x) clamp(x, 0.0, 1.0)
#define round roundEven
#define asuint floatBitsToUint
// GLSL's compilers decide for themselves.
#define LSD_UNROLL
