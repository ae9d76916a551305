using UnityEngine;
using UnityEngine.Rendering;
using UnityEngine.Rendering.HighDefinition;
using UnityEngine.Scripting;

namespace MirageLSD
{
    /// <remarks>Made by its type, so the linker must keep the constructor; not for the list of passes that users add.</remarks>
    [Preserve]
    [HideInInspector]
    internal sealed class HighDefinitionPass : CustomPass
    {
        public CaptureTarget Target;

        [Preserve]
        public HighDefinitionPass()
        {
            name = "MirageLSD capture";
        }

        protected override void Execute(CustomPassContext ctx)
        {
            if (Target == null) return;
            // The buffers are as large as the largest camera's. Behind post-processing the scale is the upscaled picture's;
            // depth, motion and normals still fill what was rendered.
            var scale = ctx.cameraColorBuffer.rtHandleProperties.rtHandleScale;
            var isWanted = Target.BeginFrame(ctx.hdCamera.camera);
            if (isWanted || Target.Shades) Record(ctx, new Vector2(scale.x, scale.y), isWanted);
            if (Target.OnScreen == null) return;
            CoreUtils.SetRenderTarget(ctx.cmd, ctx.cameraColorBuffer); // and the viewport: the part in use
            Target.Present(ctx.cmd);
        }

        private void Record(CustomPassContext ctx, Vector2 used, bool isWanted)
        {
            var jitter = ctx.hdCamera.taaJitter; // z, w: pixels over the size that is rendered; 0 without TAA, DLSS, FSR
            var hasMotion = ctx.cameraMotionVectorsBuffer != null;
            var hasNormals = ctx.cameraNormalBuffer != null;
            var sources = new CaptureSources
            {
                Color = ctx.cameraColorBuffer.nameID,
                // With MSAA the depth buffer is the multisampled one; the pyramid under the global name is resolved.
                IsDepthGlobal = true,
                Motion = hasMotion ? ctx.cameraMotionVectorsBuffer.nameID : ctx.cameraColorBuffer.nameID,
                LacksMotion = !hasMotion,
                Normals = hasNormals ? ctx.cameraNormalBuffer.nameID : ctx.cameraColorBuffer.nameID, // resolved, with MSAA too
                LacksNormals = !hasNormals,
                NormalEncoding = NormalEncoding.Octahedron,
                IsMotionEncodedByHdrp = true,
                AreArrays = TextureXR.useTexArray,
                Projection = CameraConventions.Jittered(ctx.hdCamera.camera.nonJitteredProjectionMatrix, 2f * jitter.z, 2f * jitter.w),
                Used = used,
                UsedTexels = new Vector2(ctx.hdCamera.actualWidth, ctx.hdCamera.actualHeight),
            };
            if (isWanted) Target.Record(ctx.cmd, sources);
            if (Target.Shades) Target.Shade(ctx.cmd, sources);
        }
    }
}
