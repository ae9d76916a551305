// What Slang's CUDA text needs of a prelude: vectors and the functions that the shading uses. NVRTC needs no header for it. A C++
// compiler takes the same text when it is given cuda_on_host.h first (tests/shading).
#ifdef __CUDACC__
#define LSD_DEVICE __device__ __forceinline__
typedef unsigned char uchar;
typedef unsigned int uint;
#endif

template <typename T, int N>
struct FixedArray
{
    T values[N];
    LSD_DEVICE T& operator[](int i) { return values[i]; }
    LSD_DEVICE const T& operator[](int i) const { return values[i]; }
};

LSD_DEVICE float2 make_float2(float v) { return make_float2(v, v); }
LSD_DEVICE float3 make_float3(float v) { return make_float3(v, v, v); }
LSD_DEVICE float4 make_float4(float v) { return make_float4(v, v, v, v); }
LSD_DEVICE int2 make_int2(int v) { return make_int2(v, v); }
#define LSD_OPERATOR(op)                                                                                                              \
    LSD_DEVICE float2 operator op(float2 a, float2 b) { return make_float2(a.x op b.x, a.y op b.y); }                                 \
    LSD_DEVICE float3 operator op(float3 a, float3 b) { return make_float3(a.x op b.x, a.y op b.y, a.z op b.z); }                     \
    LSD_DEVICE float4 operator op(float4 a, float4 b) { return make_float4(a.x op b.x, a.y op b.y, a.z op b.z, a.w op b.w); }
LSD_OPERATOR(+)
LSD_OPERATOR(-)
LSD_OPERATOR(*)
LSD_OPERATOR(/)
LSD_DEVICE float3 operator-(float3 a) { return make_float3(-a.x, -a.y, -a.z); }
LSD_DEVICE int2 operator+(int2 a, int2 b) { return make_int2(a.x + b.x, a.y + b.y); }
LSD_DEVICE int2 operator-(int2 a, int2 b) { return make_int2(a.x - b.x, a.y - b.y); }

LSD_DEVICE float _slang_vector_get_element(float2 v, int i) { return i == 0 ? v.x : v.y; }
LSD_DEVICE float _slang_vector_get_element(float3 v, int i) { return i == 0 ? v.x : i == 1 ? v.y : v.z; }
LSD_DEVICE float _slang_vector_get_element(float4 v, int i) { return i == 0 ? v.x : i == 1 ? v.y : i == 2 ? v.z : v.w; }
LSD_DEVICE int _slang_vector_get_element(int2 v, int i) { return i == 0 ? v.x : v.y; }
template <typename V>
LSD_DEVICE float* _slang_vector_get_element_ptr(V* v, int i) { return &v->x + i; }
LSD_DEVICE int* _slang_vector_get_element_ptr(int2* v, int i) { return &v->x + i; }

LSD_DEVICE float F32_abs(float x) { return fabsf(x); }
LSD_DEVICE float F32_cos(float x) { return cosf(x); }
LSD_DEVICE float F32_sin(float x) { return sinf(x); }
LSD_DEVICE float F32_floor(float x) { return floorf(x); }
LSD_DEVICE float F32_log(float x) { return logf(x); }
LSD_DEVICE float F32_max(float a, float b) { return fmaxf(a, b); }
LSD_DEVICE float F32_min(float a, float b) { return fminf(a, b); }
LSD_DEVICE float F32_round(float x) { return rintf(x); }
LSD_DEVICE float F32_rsqrt(float x) { return rsqrtf(x); }
LSD_DEVICE float F32_sqrt(float x) { return sqrtf(x); }
LSD_DEVICE unsigned F32_asuint(float x) { return __float_as_uint(x); }
LSD_DEVICE int I32_min(int a, int b) { return a < b ? a : b; }
LSD_DEVICE int I32_max(int a, int b) { return a > b ? a : b; }
LSD_DEVICE float U32_asfloat(unsigned x) { return __uint_as_float(x); }
LSD_DEVICE float F32_exp(float x) { return expf(x); }
LSD_DEVICE int2 operator*(int2 a, int2 b) { return make_int2(a.x * b.x, a.y * b.y); }
