using System;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Draws the numbers of the marked things into the plane ids, in one pass with a depth test of its own.</summary>
    internal sealed class IdentityPlane : IDisposable
    {
        private const int Pass = 4;

        private static readonly int ClipFromWorld = Shader.PropertyToID("_LSDClipFromWorld");
        private static readonly int Eye = Shader.PropertyToID("_LSDEye");
        private static readonly int Id = Shader.PropertyToID("_LSDId");
        private static readonly int SceneDepth = Shader.PropertyToID("_LSDSceneDepth");

        private readonly Material _material = FrameConverter.MakeMaterial();

        public void Record(CommandBuffer commands, FrameConverter converter, SlotTable table, CameraPose pose)
        {
            commands.SetRenderTarget(converter.Ids, RenderBufferLoadAction.DontCare, RenderBufferStoreAction.Store);
            commands.ClearRenderTarget(true, true, Color.clear);
            if (converter.HasDepth) commands.SetGlobalTexture(SceneDepth, converter.Depth);
            else commands.SetGlobalTexture(SceneDepth, Texture2D.blackTexture);
            commands.SetGlobalMatrix(ClipFromWorld, CameraConventions.PlaneFromWorld(pose.View, pose.Projection));
            // Camera space looks along -z.
            commands.SetGlobalVector(Eye, -pose.View.GetRow(2));
            foreach (var thing in table.Things)
            {
                commands.SetGlobalFloat(Id, thing.Slot);
                foreach (var part in thing.Parts) Draw(commands, part);
            }
        }

        public void Dispose()
        {
            Scrap.Destroy(_material);
        }

        private void Draw(CommandBuffer commands, MarkedPart part)
        {
            if (!part.IsVisible) return;
            var count = part.Submesh < 0 ? part.Renderer.sharedMaterials.Length : part.Submesh + 1;
            for (var i = Mathf.Max(part.Submesh, 0); i < count; i++) commands.DrawRenderer(part.Renderer, _material, i, Pass);
        }
    }
}
