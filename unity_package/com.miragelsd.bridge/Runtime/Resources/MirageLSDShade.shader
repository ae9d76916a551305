// Paints the camera's picture: the planes of this frame, and the context and weights that the daemon said last. What is painted is in
// MirageLSDShade.hlsl, which is the same in every engine; no compute.
Shader "Hidden/MirageLSD/Shade"
{
    HLSLINCLUDE

    #pragma target 3.5
    // The head's numbers as constants where the device has room for so many, else as texels.
    #pragma multi_compile_local _ LSD_WEIGHTS_BUFFER

    Texture2D<float4> _LSDColorPlane;
    Texture2D<float4> _LSDDepthPlane;
    Texture2D<float4> _LSDNormalPlane;
    Texture2D<float4> _LSDIdsPlane;
    Texture2D<float4> _LSDSlotTexels;
    Texture2D<float4> _LSDContextTexels;
    #if defined(LSD_WEIGHTS_BUFFER)
    cbuffer LSDWeights
    {
        float4 _LSDWeights[1801];
    };
    #else
    Texture2D<float4> _LSDWeightTexels;
    #endif

    float4 _LSDConstants[17];
    float4 _LSDShading; // 1: the project's color space is linear; 1: the camera's picture has its top in row 0

    #define LSD_CONSTANT(i) _LSDConstants[i]
    #if defined(LSD_WEIGHTS_BUFFER)
    #define LSD_WEIGHT(i) _LSDWeights[i]
    #else
    #define LSD_WEIGHT(i) _LSDWeightTexels.Load(int3((i) % 12, (i) / 12, 0))
    #endif
    #define LSD_CONTEXT(cell, part) _LSDContextTexels.Load(int3((cell).x * 4 + (part), (cell).y, 0))
    #define LSD_COLOR(pixel) _LSDColorPlane.Load(int3(pixel, 0))
    #define LSD_DEPTH(pixel) _LSDDepthPlane.Load(int3(pixel, 0)).x
    #define LSD_NORMAL(pixel) _LSDNormalPlane.Load(int3(pixel, 0))
    #define LSD_NUMBER(pixel) int(_LSDIdsPlane.Load(int3(pixel, 0)).x * 255.0 + 0.5)
    #define LSD_SLOT(pixel) _LSDSlotTexels.Load(int3(LSD_NUMBER(pixel), 0, 0)).xy
    #define LSD_OBJECT_ROW(pixel, row) _LSDSlotTexels.Load(int3(LSD_NUMBER(pixel), 1 + (row), 0))
    #include "../Shading/MirageLSDShade.hlsl"

    // One triangle that covers the target; its winding does not matter.
    float4 Vertex(uint id : SV_VertexID) : SV_Position
    {
        return float4(float2((id << 1) & 2, id & 2) * 2.0 - 1.0, 0.0, 1.0);
    }

    float4 Shade(float4 position : SV_Position) : SV_Target
    {
        int2 pixel = int2(position.xy);
        // The planes have the picture's top in row 0, Unity's textures its bottom.
        if (_LSDShading.y < 0.5) pixel.y = int(LSD_SIZE.y) - 1 - pixel.y;
        float4 painted = lsd_shaded(pixel);
        if (_LSDShading.x > 0.5) painted.xyz = lsd_decode_srgb(painted.xyz);
        return painted;
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
            Name "Shade"
            HLSLPROGRAM
            #pragma vertex Vertex
            #pragma fragment Shade
            ENDHLSL
        }
    }
}
