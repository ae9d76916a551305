#if MIRAGELSD_URP_17
using UnityEngine;
using UnityEngine.Rendering;
using UnityEngine.Rendering.RenderGraphModule;
using UnityEngine.Rendering.Universal;

namespace MirageLSD
{
    internal sealed partial class CapturePass
    {
        private sealed class PassData
        {
            public CaptureTarget Target;
            public TextureHandle Color, Depth, Motion;
        }

        /// <summary>URP 17 and newer (Unity 6): the render graph has to know what is read.</summary>
        public override void RecordRenderGraph(RenderGraph renderGraph, ContextContainer frameData)
        {
            if (!IsWanted) return;
            IsWanted = false;
            var resources = frameData.Get<UniversalResourceData>();
            PassData data;
            // An unsafe pass, because a read back is nothing that a raster pass may ask for.
            using (var builder = renderGraph.AddUnsafePass<PassData>("MirageLSD capture", out data))
            {
                data.Target = Target;
                data.Color = resources.cameraColor;
                data.Depth = resources.cameraDepthTexture;
                data.Motion = resources.motionVectorColor;
                builder.AllowPassCulling(false);
                builder.AllowGlobalStateModification(true);
                builder.UseTexture(data.Color, AccessFlags.Read);
                if (data.Depth.IsValid()) builder.UseTexture(data.Depth, AccessFlags.Read);
                if (data.Motion.IsValid()) builder.UseTexture(data.Motion, AccessFlags.Read);
                builder.SetRenderFunc((PassData pass, UnsafeGraphContext context) => Capture(pass, context));
            }
        }

        partial void PrepareVersion()
        {
            requiresIntermediateTexture = true;
        }

        private static void Capture(PassData pass, UnsafeGraphContext context)
        {
            pass.Target.Record(CommandBufferHelpers.GetNativeCommandBuffer(context.cmd), new CaptureSources
            {
                Color = pass.Color,
                Depth = pass.Depth,
                Motion = pass.Motion.IsValid() ? pass.Motion : pass.Depth,
                LacksMotion = !pass.Motion.IsValid(),
                Used = Vector2.one,
            });
        }
    }
}
#endif
