// Passes over the target, one a plane: 0 color, 1 depth, 2 motion; 3: the result over the camera's picture; 4: a marked thing's
// number in the plane ids; 5: normals. The arithmetic is in MirageLSDConvert.hlsl.
Shader "Hidden/MirageLSD/Convert"
{
    HLSLINCLUDE

    #pragma target 3.5
    // HDRP's buffers are texture arrays (one slice an eye).
    #pragma multi_compile_local _ LSD_ARRAY
    // Some pipelines hand depth and motion out under their global names only, the built-in one everything.
    #pragma multi_compile_local _ LSD_GLOBAL_DEPTH LSD_BUILTIN
    #pragma multi_compile_local _ LSD_GLOBAL_MOTION

    #if defined(LSD_BUILTIN)
    #define _LSDDepthSource _CameraDepthTexture
    #define _LSDMotionSource _CameraMotionVectorsTexture
    #define _LSDNormalSource _CameraDepthNormalsTexture
    #endif
    #if defined(LSD_GLOBAL_DEPTH)
    #define _LSDDepthSource _CameraDepthTexture
    #endif
    #if defined(LSD_GLOBAL_MOTION)
    #define _LSDMotionSource _MotionVectorTexture
    #endif

    #if defined(LSD_GLOBAL_NORMALS)
    #define _LSDNormalSource _CameraNormalsTexture
    #endif
    #if defined(_GBUFFER_NORMALS_OCT)
    #define LSD_ARE_NORMALS_PACKED true
    #else
    #define LSD_ARE_NORMALS_PACKED false
    #endif

    #if defined(LSD_ARRAY)
    Texture2DArray<float4> _LSDColorSource;
    Texture2DArray<float4> _LSDDepthSource;
    Texture2DArray<float4> _LSDMotionSource;
    Texture2DArray<float4> _LSDNormalSource;
    #else
    Texture2D<float4> _LSDColorSource;
    Texture2D<float4> _LSDDepthSource;
    Texture2D<float4> _LSDMotionSource;
    Texture2D<float4> _LSDNormalSource;
    #endif
    // Not an array in any pipeline: the result, and the plane of depth.
    Texture2D<float4> _LSDResult;
    Texture2D<float4> _LSDSceneDepth;
    SamplerState lsd_linear_clamp_sampler;

    cbuffer UnityPerDraw
    {
        float4x4 unity_ObjectToWorld;
    };
    float4x4 _LSDClipFromWorld;
    float _LSDId;

    float4 LSDSampleColor(float2 uv);
    float LSDLoadDepth(float2 uv);
    float4 LSDLoadMotion(float2 uv);
    float4 LSDLoadNormal(float2 uv);

    #define LSD_SAMPLE_COLOR(uv) LSDSampleColor(uv)
    #define LSD_LOAD_DEPTH(uv) LSDLoadDepth(uv)
    #define LSD_LOAD_MOTION(uv) LSDLoadMotion(uv)
    #define LSD_LOAD_NORMAL(uv) LSDLoadNormal(uv)
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

    // Depth, motion and normals are not blended across edges: the nearest texel.
    int2 LSDTexel(float2 uv, float2 size)
    {
        float2 used = _LSDUsed.z > 0.5 ? _LSDUsed.zw : size * _LSDUsed.xy;
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

    float4 LSDLoadNormal(float2 uv)
    {
        LSD_SIZE(_LSDNormalSource);
        return LSD_LOAD(_LSDNormalSource, LSDTexel(uv, size));
    }

    // One triangle that covers the target; its winding does not matter.
    float4 Vertex(uint id : SV_VertexID) : SV_Position
    {
        return float4(float2((id << 1) & 2, id & 2) * 2.0 - 1.0, 0.0, 1.0);
    }

    float4 Color(float4 position : SV_Position) : SV_Target { return LSDConvertColor(position.xy); }
    float Depth(float4 position : SV_Position) : SV_Target { return LSDConvertDepth(position.xy); }
    float2 Motion(float4 position : SV_Position) : SV_Target { return LSDConvertMotion(position.xy); }

    float4 Normal(float4 position : SV_Position) : SV_Target { return LSDConvertNormal(position.xy); }

    struct Presented
    {
        float4 position : SV_Position;
        float2 share : TEXCOORD0;
    };

    Presented PresentedVertex(uint id : SV_VertexID)
    {
        Presented output;
        output.position = Vertex(id);
        output.share = LSDOnResult(output.position.xy);
        return output;
    }

    float4 Present(Presented input) : SV_Target
    {
        if (!LSDIsPainted(input.share)) discard;
        return float4(_LSDResult.SampleLevel(lsd_linear_clamp_sampler, input.share, 0).xyz, 1.0);
    }

    struct Marked
    {
        float4 position : SV_Position;
        float metres : TEXCOORD0;
    };

    Marked MarkedVertex(float4 vertex : POSITION)
    {
        Marked output;
        float4 world = mul(unity_ObjectToWorld, float4(vertex.xyz, 1.0));
        output.position = mul(_LSDClipFromWorld, world);
        output.metres = dot(_LSDEye, world);
        return output;
    }

    float Id(Marked input) : SV_Target
    {
        float scene = _LSDSceneDepth.Load(int3(input.position.xy, 0)).x;
        if (!LSDIsInFront(input.metres, scene)) discard;
        return _LSDId / 255.0;
    }

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
        Pass
        {
            Name "Present"
            HLSLPROGRAM
            #pragma vertex PresentedVertex
            #pragma fragment Present
            ENDHLSL
        }
        Pass
        {
            Name "Ids"
            ZWrite On
            ZTest LEqual
            HLSLPROGRAM
            #pragma vertex MarkedVertex
            #pragma fragment Id
            ENDHLSL
        }
        Pass
        {
            Name "Normal"
            HLSLPROGRAM
            #pragma multi_compile_local _ LSD_GLOBAL_NORMALS
            // URP's own, for what it has packed.
            #pragma multi_compile_fragment _ _GBUFFER_NORMALS_OCT
            #pragma vertex Vertex
            #pragma fragment Normal
            ENDHLSL
        }
    }
}
