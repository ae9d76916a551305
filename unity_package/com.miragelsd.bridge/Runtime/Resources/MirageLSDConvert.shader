// Three passes over the target, one a plane: 0 color, 1 depth, 2 motion. The arithmetic is in MirageLSDConvert.hlsl.
Shader "Hidden/MirageLSD/Convert"
{
    HLSLINCLUDE

    #pragma target 3.5
    // HDRP's buffers are texture arrays (one slice an eye).
    #pragma multi_compile_local _ LSD_ARRAY
    // Before URP 17 depth and motion can be had under their global names only.
    #pragma multi_compile_local _ LSD_GLOBAL_NAMES

    #if defined(LSD_GLOBAL_NAMES)
    #define _LSDDepthSource _CameraDepthTexture
    #define _LSDMotionSource _MotionVectorTexture
    #endif

    #if defined(LSD_ARRAY)
    Texture2DArray<float4> _LSDColorSource;
    Texture2DArray<float4> _LSDDepthSource;
    Texture2DArray<float4> _LSDMotionSource;
    #else
    Texture2D<float4> _LSDColorSource;
    Texture2D<float4> _LSDDepthSource;
    Texture2D<float4> _LSDMotionSource;
    #endif
    SamplerState lsd_linear_clamp_sampler;

    float4 LSDSampleColor(float2 uv);
    float LSDLoadDepth(float2 uv);
    float4 LSDLoadMotion(float2 uv);

    #define LSD_SAMPLE_COLOR(uv) LSDSampleColor(uv)
    #define LSD_LOAD_DEPTH(uv) LSDLoadDepth(uv)
    #define LSD_LOAD_MOTION(uv) LSDLoadMotion(uv)
    #include "MirageLSDConvert.hlsl"

    #if defined(LSD_ARRAY)
    #define LSD_SIZE(t) float w, h, slices; t.GetDimensions(w, h, slices); float2 size = float2(w, h)
    #define LSD_LOAD(t, p) t.Load(int4(p, 0, 0))
    #define LSD_SAMPLE(t, uv) t.SampleLevel(lsd_linear_clamp_sampler, float3(uv, 0), 0)
    #else
    #define LSD_SIZE(t) float w, h; t.GetDimensions(w, h); float2 size = float2(w, h)
    #define LSD_LOAD(t, p) t.Load(int3(p, 0))
    #define LSD_SAMPLE(t, uv) t.SampleLevel(lsd_linear_clamp_sampler, uv, 0)
    #endif

    // Depth and motion are not blended across edges: the nearest texel.
    int2 LSDTexel(float2 uv, float2 size)
    {
        float2 used = size * _LSDUsed.xy;
        return int2(min(uv * used, used - 1.0));
    }

    float4 LSDSampleColor(float2 uv)
    {
        LSD_SIZE(_LSDColorSource);
        float2 texel = 0.5 / size;
        return LSD_SAMPLE(_LSDColorSource, clamp(uv * _LSDUsed.xy, texel, _LSDUsed.xy - texel));
    }

    float LSDLoadDepth(float2 uv)
    {
        LSD_SIZE(_LSDDepthSource);
        return LSD_LOAD(_LSDDepthSource, LSDTexel(uv, size)).x;
    }

    float4 LSDLoadMotion(float2 uv)
    {
        LSD_SIZE(_LSDMotionSource);
        return LSD_LOAD(_LSDMotionSource, LSDTexel(uv, size));
    }

    // One triangle that covers the target; its winding does not matter.
    float4 Vertex(uint id : SV_VertexID) : SV_Position
    {
        return float4(float2((id << 1) & 2, id & 2) * 2.0 - 1.0, 0.0, 1.0);
    }

    float4 Color(float4 position : SV_Position) : SV_Target { return LSDConvertColor(position.xy); }
    float Depth(float4 position : SV_Position) : SV_Target { return LSDConvertDepth(position.xy); }
    float2 Motion(float4 position : SV_Position) : SV_Target { return LSDConvertMotion(position.xy); }

    ENDHLSL

    SubShader
    {
        Cull Off
        ZWrite Off
        ZTest Always
        Blend Off

        Pass
        {
            Name "Color"
            HLSLPROGRAM
            #pragma vertex Vertex
            #pragma fragment Color
            ENDHLSL
        }
        Pass
        {
            Name "Depth"
            HLSLPROGRAM
            #pragma vertex Vertex
            #pragma fragment Depth
            ENDHLSL
        }
        Pass
        {
            Name "Motion"
            HLSLPROGRAM
            #pragma vertex Vertex
            #pragma fragment Motion
            ENDHLSL
        }
    }
}
