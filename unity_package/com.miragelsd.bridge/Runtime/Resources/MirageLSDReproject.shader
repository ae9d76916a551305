// Late reprojection: the daemon's newest results where the camera's frame of now sees the same points. How is in
// MirageLSDReproject.hlsl, which is the same in every engine; no compute.
Shader "Hidden/MirageLSD/Reproject"
{
    HLSLINCLUDE

    #pragma target 3.5

    // Of now, as large as the picture; their row 0 is the top, as is that of the results.
    Texture2D<float4> _LSDColorPlane;
    Texture2D<float4> _LSDDepthPlane;
    Texture2D<float4> _LSDIdsPlane;
    Texture2D<float4> _LSDSlotRows;
    // The newest is 0.
    Texture2D<float4> _LSDKeyColor0;
    Texture2D<float4> _LSDKeyColor1;
    Texture2D<float4> _LSDKeyColor2;
    Texture2D<float4> _LSDKeyColor3;
    Texture2D<float4> _LSDKeyDepth0;
    Texture2D<float4> _LSDKeyDepth1;
    Texture2D<float4> _LSDKeyDepth2;
    Texture2D<float4> _LSDKeyDepth3;

    float4 _LSDReprojectConstants[23];
    float4 _LSDReprojectOptions; // 1: the project's color space is linear

    float4 KeyColor(int key, int2 texel)
    {
        int3 at = int3(texel, 0);
        if (key == 0) return _LSDKeyColor0.Load(at);
        if (key == 1) return _LSDKeyColor1.Load(at);
        if (key == 2) return _LSDKeyColor2.Load(at);
        return _LSDKeyColor3.Load(at);
    }

    float KeyDepth(int key, int2 texel)
    {
        int3 at = int3(texel, 0);
        if (key == 0) return _LSDKeyDepth0.Load(at).x;
        if (key == 1) return _LSDKeyDepth1.Load(at).x;
        if (key == 2) return _LSDKeyDepth2.Load(at).x;
        return _LSDKeyDepth3.Load(at).x;
    }

    #define LSD_R_CONSTANT(i) _LSDReprojectConstants[i]
    #define LSD_R_DEPTH(pixel) _LSDDepthPlane.Load(int3(pixel, 0)).x
    #define LSD_R_FILL(pixel) _LSDColorPlane.Load(int3(pixel, 0))
    // Things are followed by the transforms of their slots alone.
    #define LSD_R_MOTION(pixel) float2(0.0, 0.0)
    #define LSD_R_SLOT_ROW(pixel, key, row) _LSDSlotRows.Load(int3(int(_LSDIdsPlane.Load(int3(pixel, 0)).x * 255.0 + 0.5), (key) * 3 + (row), 0))
    #define LSD_R_KEY_COLOR(key, texel) KeyColor(key, texel)
    #define LSD_R_KEY_DEPTH(key, texel) KeyDepth(key, texel)
    #include "../Shading/MirageLSDReproject.hlsl"

    // One triangle that covers the target; its winding does not matter.
    float4 Vertex(uint id : SV_VertexID) : SV_Position
    {
        return float4(float2((id << 1) & 2, id & 2) * 2.0 - 1.0, 0.0, 1.0);
    }

    float3 Decoded(float3 color)
    {
        float3 low = color / 12.92;
        float3 high = pow(max((color + 0.055) / 1.055, 0.0), 2.4);
        return float3(color.x <= 0.04045 ? low.x : high.x, color.y <= 0.04045 ? low.y : high.y, color.z <= 0.04045 ? low.z : high.z);
    }

    float4 Reproject(float4 position : SV_Position) : SV_Target
    {
        // Unity's textures have the picture's bottom in row 0.
        int2 pixel = int2(position.xy);
        pixel.y = int(LSD_R_SIZE.y) - 1 - pixel.y;
        float unseen;
        float4 shown = lsd_reproject(pixel, unseen);
        if (_LSDReprojectOptions.x > 0.5) shown.xyz = Decoded(shown.xyz);
        return shown;
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
            Name "Reproject"
            HLSLPROGRAM
            #pragma vertex Vertex
            #pragma fragment Reproject
            ENDHLSL
        }
    }
}
