using UnityEngine;
using UnityEngine.Rendering;
using UnityEngine.Rendering.HighDefinition;

namespace MirageLSD
{
    internal sealed class HighDefinitionPass : CustomPass
    {
        public CaptureTarget Target;

        protected override void Execute(CustomPassContext ctx)
        {
            if (Target == null || !Target.BeginFrame(ctx.hdCamera.camera)) return;
            var hasMotion = ctx.cameraMotionVectorsBuffer != null;
            // The buffers are as large as the largest camera's; this one fills a part of them.
            var scale = ctx.cameraColorBuffer.rtHandleProperties.rtHandleScale;
            Target.Record(ctx.cmd, new CaptureSources
            {
                Color = ctx.cameraColorBuffer.nameID,
                Depth = ctx.cameraDepthBuffer.nameID,
                Motion = hasMotion ? ctx.cameraMotionVectorsBuffer.nameID : ctx.cameraDepthBuffer.nameID,
                LacksMotion = !hasMotion,
                IsMotionEncodedByHdrp = true,
                AreArrays = TextureXR.useTexArray,
                Used = new Vector2(scale.x, scale.y),
            });
        }
    }
}
