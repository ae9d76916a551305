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
            public TextureHandle Color, Depth, Motion, Normals;
            public bool IsWanted;
            public Matrix4x4 Projection;
        }

        /// <summary>URP 17 and newer (Unity 6): the render graph has to know what is read.</summary>
        public override void RecordRenderGraph(RenderGraph renderGraph, ContextContainer frameData)
        {
            var isShown = Target.OnScreen != null;
            if (!IsWanted && !isShown && !Target.Shades) return;
            var resources = frameData.Get<UniversalResourceData>();
            var camera = frameData.Get<UniversalCameraData>();
            PassData data;
            // An unsafe pass, because a read back is nothing that a raster pass may ask for.
            using (var builder = renderGraph.AddUnsafePass<PassData>("MirageLSD capture", out data))
            {
                data.Target = Target;
                data.Color = resources.cameraColor;
                data.Depth = resources.cameraDepthTexture;
                data.Motion = resources.motionVectorColor;
                data.Normals = Target.WantsNormals ? resources.cameraNormalsTexture : TextureHandle.nullHandle;
                data.IsWanted = IsWanted;
                data.Projection = camera.GetProjectionMatrix(); // with the jitter
                builder.AllowPassCulling(false);
                builder.AllowGlobalStateModification(true);
                builder.UseTexture(data.Color, isShown ? AccessFlags.ReadWrite : AccessFlags.Read);
                if (data.Depth.IsValid()) builder.UseTexture(data.Depth, AccessFlags.Read);
                if (data.Motion.IsValid()) builder.UseTexture(data.Motion, AccessFlags.Read);
                if (data.Normals.IsValid()) builder.UseTexture(data.Normals, AccessFlags.Read);
                builder.SetRenderFunc((PassData pass, UnsafeGraphContext context) => Run(pass, context));
            }
            IsWanted = false;
        }

        partial void PrepareVersion()
        {
            requiresIntermediateTexture = true;
        }

        private static void Run(PassData pass, UnsafeGraphContext context)
        {
            var commands = CommandBufferHelpers.GetNativeCommandBuffer(context.cmd);
            if (pass.IsWanted || pass.Target.Shades) Record(pass, commands);
            if (pass.Target.OnScreen == null) return;
            commands.SetRenderTarget(pass.Color, RenderBufferLoadAction.Load, RenderBufferStoreAction.Store);
            pass.Target.Present(commands);
        }

        private static void Record(PassData pass, CommandBuffer commands)
        {
            var sources = new CaptureSources
            {
                Color = pass.Color,
                Depth = pass.Depth.IsValid() ? pass.Depth : pass.Color,
                Motion = pass.Motion.IsValid() ? pass.Motion : pass.Color,
                Normals = pass.Normals.IsValid() ? pass.Normals : pass.Color,
                LacksDepth = !pass.Depth.IsValid(),
                LacksMotion = !pass.Motion.IsValid(),
                LacksNormals = !pass.Normals.IsValid(),
                Projection = pass.Projection,
                Used = Vector2.one,
            };
            if (pass.IsWanted) pass.Target.Record(commands, sources);
            if (pass.Target.Shades) pass.Target.Shade(commands, sources);
        }
    }
}
#endif
