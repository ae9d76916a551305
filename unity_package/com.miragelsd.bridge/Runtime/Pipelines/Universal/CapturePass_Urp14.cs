#if !MIRAGELSD_URP_17
using UnityEngine;
using UnityEngine.Rendering;
using UnityEngine.Rendering.Universal;

namespace MirageLSD
{
    internal sealed partial class CapturePass
    {
        /// <summary>URP 14 to 16 (Unity 2022.3, 2023).</summary>
        public override void Execute(ScriptableRenderContext context, ref RenderingData renderingData)
        {
            if (!IsWanted) return;
            IsWanted = false;
            var commands = CommandBufferPool.Get("MirageLSD capture");
            Target.Record(commands, new CaptureSources
            {
                Color = renderingData.cameraData.renderer.cameraColorTargetHandle.nameID,
                AreGlobalNames = true,
                Used = Vector2.one,
            });
            context.ExecuteCommandBuffer(commands);
            CommandBufferPool.Release(commands);
        }
    }
}
#endif
