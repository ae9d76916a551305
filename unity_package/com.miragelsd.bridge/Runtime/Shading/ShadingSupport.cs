using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Whether this graphics device can paint by itself, or carry results over: a pixel shader with float textures, no compute.</summary>
    internal static class ShadingSupport
    {
        public const string ShaderName = "MirageLSDShade", ReprojectShaderName = "MirageLSDReproject";

        // Shader model 3.5: integers and texture loads.
        private const int ShaderLevel = 35;
        // A cell of the context has sixteen numbers, the weights are 1,801 times four.
        private const int WeightBytes = 16 * ShadingWeights.Rows;

        /// <summary>Why it can't paint, as the end of a sentence; "" when it can.</summary>
        public static string Problem => ProblemOf(ShaderName);

        /// <summary>Why it can't carry results over; "" when it can.</summary>
        public static string ReprojectProblem
        {
            get
            {
                // Depth is kept by a copy that stays on the device.
                if ((SystemInfo.copyTextureSupport & CopyTextureSupport.Basic) == 0) return "the graphics device can't copy textures";
                return ProblemOf(ReprojectShaderName);
            }
        }

        /// <summary>Constants are by far the fastest place for numbers that are the same for all pixels.</summary>
        public static bool HasLargeConstants => SystemInfo.supportsSetConstantBuffer && SystemInfo.maxConstantBufferSize >= WeightBytes;

        public static Material MakeMaterial(string shaderName)
        {
            return new Material(Resources.Load<Shader>(shaderName)) { hideFlags = HideFlags.HideAndDontSave };
        }

        private static string ProblemOf(string shaderName)
        {
            if (SystemInfo.graphicsShaderLevel < ShaderLevel) return "the graphics device has no shader model 3.5";
            if (!SystemInfo.SupportsTextureFormat(TextureFormat.RGBAHalf) || !SystemInfo.SupportsTextureFormat(TextureFormat.RGBAFloat))
                return "the graphics device has no textures of floats";
            if (!SystemInfo.SupportsRenderTextureFormat(RenderTextureFormat.RFloat) || !SystemInfo.SupportsRenderTextureFormat(RenderTextureFormat.R8))
                return "the graphics device can't draw into the planes of depth and ids";
            var shader = Resources.Load<Shader>(shaderName);
            if (shader == null) return "the shader " + shaderName + " is missing, import the whole package again";
            return shader.isSupported ? "" : "the graphics device does not take the shader " + shaderName;
        }
    }
}
