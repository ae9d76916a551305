using UnityEngine;

namespace MirageLSD
{
    /// <summary>Whether this graphics device can paint by itself: a pixel shader with float textures, no compute.</summary>
    internal static class ShadingSupport
    {
        public const string ShaderName = "MirageLSDShade";

        // Shader model 3.5: integers and texture loads.
        private const int ShaderLevel = 35;
        // A cell of the context has sixteen numbers, the weights are 1,801 times four.
        private const int WeightBytes = 16 * ShadingWeights.Rows;

        /// <summary>Why not, as the end of a sentence; "" when it can.</summary>
        public static string Problem
        {
            get
            {
                if (SystemInfo.graphicsShaderLevel < ShaderLevel) return "the graphics device has no shader model 3.5";
                if (!SystemInfo.SupportsTextureFormat(TextureFormat.RGBAHalf) || !SystemInfo.SupportsTextureFormat(TextureFormat.RGBAFloat))
                    return "the graphics device has no textures of floats";
                if (!SystemInfo.SupportsRenderTextureFormat(RenderTextureFormat.RFloat) || !SystemInfo.SupportsRenderTextureFormat(RenderTextureFormat.R8))
                    return "the graphics device can't draw into the planes of depth and ids";
                var shader = Resources.Load<Shader>(ShaderName);
                if (shader == null) return "the shader " + ShaderName + " is missing, import the whole package again";
                return shader.isSupported ? "" : "the graphics device does not take the shader " + ShaderName;
            }
        }

        /// <summary>Constants are by far the fastest place for numbers that are the same for all pixels.</summary>
        public static bool HasLargeConstants => SystemInfo.supportsSetConstantBuffer && SystemInfo.maxConstantBufferSize >= WeightBytes;

        public static Material MakeMaterial()
        {
            return new Material(Resources.Load<Shader>(ShaderName)) { hideFlags = HideFlags.HideAndDontSave };
        }
    }
}
