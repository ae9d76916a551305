using System;
using System.Collections.Generic;
using StandIn;

// Graphics: Packages/com.unity.render-pipelines.high-definition/Runtime/RenderPipeline/*.cs
namespace UnityEngine.Rendering.HighDefinition
{
    // Camera/HDCamera.cs
    public class HDCamera
    {
        public Camera camera { get; internal set; }
    }

    // RenderPass/CustomPass/CustomPassContext.cs (there the fields are readonly)
    public struct CustomPassContext
    {
        public CommandBuffer cmd { get; internal set; }
        public HDCamera hdCamera { get; internal set; }
        public RTHandle cameraColorBuffer { get; internal set; }
        public RTHandle cameraDepthBuffer { get; internal set; }
        public RTHandle cameraMotionVectorsBuffer { get; internal set; }
    }

    // RenderPass/CustomPass/CustomPassInjectionPoint.cs
    public enum CustomPassInjectionPoint
    {
        BeforeTransparent = 2,
        AfterPostProcess = 3,
    }

    // RenderPass/CustomPass/CustomPass.cs
    public abstract class CustomPass
    {
        public enum TargetBuffer
        {
            Camera,
            Custom,
            None,
        }

        public TargetBuffer targetColorBuffer;
        public TargetBuffer targetDepthBuffer;

        protected virtual void Execute(CustomPassContext ctx)
        {
        }

        internal void Run(CustomPassContext ctx)
        {
            Execute(ctx);
        }
    }

    // RenderPass/CustomPass/CustomPassVolume.cs
    public class CustomPassVolume : MonoBehaviour
    {
        public List<CustomPass> customPasses = new List<CustomPass>();
        public CustomPassInjectionPoint injectionPoint = CustomPassInjectionPoint.BeforeTransparent;

        public Camera targetCamera { get; set; }

        public CustomPass AddPassOfType<T>() where T : CustomPass
        {
            var pass = (CustomPass)Activator.CreateInstance(typeof(T));
            customPasses.Add(pass);
            return pass;
        }
    }

    // RenderPipeline/HDRenderPipelineAsset.cs
    public class HDRenderPipelineAsset : RenderPipelineAsset
    {
    }

    /// <summary>Not Unity's: runs the volumes of a camera. The buffers are twice as large as the camera's picture.</summary>
    internal static class Simulation
    {
        public static bool HasMotionVectors = true;

        public static void Render(Camera camera)
        {
            foreach (var thing in new List<UnityEngine.Object>(Game.Objects))
            {
                var volume = thing as CustomPassVolume;
                if (volume == null || volume.targetCamera != camera) continue;
                if (volume.injectionPoint != CustomPassInjectionPoint.AfterPostProcess) throw new InvalidOperationException();
                var pictures = CameraPictures.Of(camera);
                var context = new CustomPassContext
                {
                    cmd = new CommandBuffer(),
                    hdCamera = new HDCamera { camera = camera },
                    cameraColorBuffer = Handle(pictures.Color),
                    cameraDepthBuffer = Handle(pictures.Depth),
                    cameraMotionVectorsBuffer = HasMotionVectors ? Handle(pictures.Motion) : null,
                };
                foreach (var pass in volume.customPasses) pass.Run(context);
                context.cmd.Execute(camera);
                context.cmd.Dispose();
                foreach (var texture in Large) Game.DestroyNow(texture);
                Large.Clear();
            }
        }

        private static readonly List<Texture> Large = new List<Texture>();

        private static RTHandle Handle(RenderTexture picture)
        {
            var large = new RenderTexture(2 * picture.width, 2 * picture.height, 0, picture.format);
            for (var y = 0; y < picture.height; y++)
                Array.Copy(picture.Bytes, 4 * y * picture.width, large.Bytes, 4 * y * large.width, 4 * picture.width);
            Large.Add(large);
            return new RTHandle { Texture = large, Scale = new Vector4(0.5f, 0.5f, 0.5f, 0.5f) };
        }
    }
}
