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
        public Vector4 taaJitter;
        public int actualWidth { get; internal set; }
        public int actualHeight { get; internal set; }
    }

    // RenderPass/CustomPass/CustomPassContext.cs (there the fields are readonly)
    public struct CustomPassContext
    {
        public CommandBuffer cmd { get; internal set; }
        public HDCamera hdCamera { get; internal set; }
        public RTHandle cameraColorBuffer { get; internal set; }
        public RTHandle cameraDepthBuffer { get; internal set; }
        public RTHandle cameraNormalBuffer { get; internal set; }
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

        public string name { get; set; }
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

        /// <summary>Temporal anti-aliasing, as HDRP counts it: pixels by which the view, not the picture, is moved to the right and up.</summary>
        public static Vector2 Jitter { get; set; }

        /// <summary>Dynamic resolution: depth and motion are rendered at this share of the picture's size.</summary>
        public static float RenderScale = 1f;

        /// <summary>MSAA: the depth buffer that custom passes get can't be read.</summary>
        public static bool IsMultisampled { get; set; }

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
                    hdCamera = new HDCamera { camera = camera, taaJitter = new Vector4(Jitter.x, Jitter.y, Jitter.x / pictures.Color.width, Jitter.y / pictures.Color.height), actualWidth = Scaled(pictures.Depth.width), actualHeight = Scaled(pictures.Depth.height) },
                    cameraColorBuffer = Handle(pictures.Color, 1f),
                    cameraDepthBuffer = Handle(pictures.Depth, RenderScale),
                    cameraNormalBuffer = Handle(NormalBuffers.Octahedron(camera), RenderScale),
                    cameraMotionVectorsBuffer = HasMotionVectors ? Handle(pictures.Motion, RenderScale) : null,
                };
                Gpu.GlobalNames["_CameraDepthTexture"] = Handle(pictures.Depth, RenderScale).Texture;
                if (IsMultisampled) Array.Clear(context.cameraDepthBuffer.Texture.Bytes, 0, context.cameraDepthBuffer.Texture.Bytes.Length);
                foreach (var pass in volume.customPasses) pass.Run(context);
                context.cmd.Execute(camera);
                context.cmd.Dispose();
                Copy(context.cameraColorBuffer.Texture, pictures.Color);
                Gpu.GlobalNames.Remove("_CameraDepthTexture");
                foreach (var texture in Large) Game.DestroyNow(texture);
                Large.Clear();
            }
        }

        private static readonly List<Texture> Large = new List<Texture>();

        private static int Scaled(int pixels)
        {
            return (int)(pixels * RenderScale);
        }

        // The picture fills the first part of a texture that is twice as large.
        private static RTHandle Handle(RenderTexture picture, float scale)
        {
            var large = new RenderTexture(2 * picture.width, 2 * picture.height, 0, picture.format);
            int width = (int)(picture.width * scale), height = (int)(picture.height * scale);
            for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                Array.Copy(picture.Bytes, 4 * ((int)(y / scale) * picture.width + (int)(x / scale)), large.Bytes, 4 * (y * large.width + x), 4);
            Large.Add(large);
            return new RTHandle
            {
                Texture = large, Scale = new Vector4(0.5f, 0.5f, 0.5f, 0.5f), Viewport = new Vector2Int(picture.width, picture.height),
            };
        }

        // What a pass has drawn over the picture is what the player sees.
        private static void Copy(Texture large, RenderTexture picture)
        {
            for (var y = 0; y < picture.height; y++)
                Array.Copy(large.Bytes, 4 * y * large.width, picture.Bytes, 4 * y * picture.width, 4 * picture.width);
        }
    }
}
