#if !MIRAGELSD_URP_17 || !UNITY_6000_3_OR_NEWER || (URP_COMPATIBILITY_MODE && !UNITY_6000_4_OR_NEWER)
// In URP 17 this is Compatibility Mode, which Unity switches on by itself in projects that come from an older URP.
#pragma warning disable 618, 672
using UnityEngine;
using UnityEngine.Rendering;
using UnityEngine.Rendering.Universal;

namespace MirageLSD
{
    internal sealed partial class CapturePass
    {
        /// <summary>URP 14 to 16 (Unity 2022.3, 2023), and 17 without its render graph.</summary>
        public override void Execute(ScriptableRenderContext context, ref RenderingData renderingData)
        {
            var renderer = renderingData.cameraData.renderer;
            var commands = CommandBufferPool.Get("MirageLSD capture");
            // The 2D renderer has neither; what is under their names then is a grey picture of Unity's.
            var is2D = renderer.GetType().Name == "Renderer2D";
            var sources = new CaptureSources
            {
                Color = renderer.cameraColorTargetHandle.nameID,
                IsDepthGlobal = true,
                IsMotionGlobal = true,
                LacksDepth = is2D,
                LacksMotion = is2D,
                AreNormalsGlobal = true,
                LacksNormals = is2D,
                Projection = renderingData.cameraData.GetProjectionMatrix(), // with the jitter
                Used = Vector2.one,
            };
            if (IsWanted) Target.Record(commands, sources);
            if (Target.Shades) Target.Shade(commands, sources);
            IsWanted = false;
            // URP takes this for bound still, whatever was drawn to in between.
            CoreUtils.SetRenderTarget(commands, renderer.cameraColorTargetHandle, renderer.cameraDepthTargetHandle);
            if (Target.OnScreen != null) Target.Present(commands);
            context.ExecuteCommandBuffer(commands);
            CommandBufferPool.Release(commands);
        }
    }
}
#endif
