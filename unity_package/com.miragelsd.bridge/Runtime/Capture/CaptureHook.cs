using System;
using System.Collections.Generic;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>A place in a render pipeline where a camera's finished frame can be had.</summary>
    internal abstract class CaptureHook : IDisposable
    {
        /// <summary>Begins to call the target for each frame of the camera.</summary>
        public abstract void Attach(Camera camera, CaptureTarget target);

        public abstract void Dispose();
    }

    /// <summary>What a hook calls while a frame is recorded.</summary>
    internal abstract class CaptureTarget
    {
        /// <summary>False while no daemon takes frames and nothing is painted here: then nothing may be asked of the pipeline.</summary>
        public abstract bool IsActive { get; }

        public abstract bool WantsDepth { get; }
        public abstract bool WantsMotion { get; }
        public abstract bool WantsNormals { get; }

        /// <summary>The picture to be drawn over the camera's, or null.</summary>
        public abstract Texture OnScreen { get; }

        /// <summary>Called where the pipeline records its commands, with the target that holds the camera's picture, and its viewport.</summary>
        public abstract void Present(CommandBuffer commands);

        /// <summary>The engine paints its frames by itself, or carries results to them: Shade is to be called for each, behind Record and
        /// before Present.</summary>
        public abstract bool Shades { get; }

        /// <summary>Called where the pipeline records its commands, for each frame while Shades is true.</summary>
        public abstract void Shade(CommandBuffer commands, CaptureSources sources);

        /// <summary>Something that works otherwise than its user may think; said once.</summary>
        public abstract void Warn(string key, string sentence);

        /// <summary>Called once for each frame of the camera; false: this one is not captured.</summary>
        public abstract bool BeginFrame(Camera camera);

        /// <summary>Called after BeginFrame said true, where the pipeline records its commands.</summary>
        public abstract void Record(CommandBuffer commands, CaptureSources sources);
    }

    /// <summary>The hooks by render pipeline; URP's and HDRP's are in assemblies of their own and sign up here.</summary>
    internal static class CaptureHooks
    {
        private static readonly Dictionary<string, Func<CaptureHook>> Factories = new Dictionary<string, Func<CaptureHook>>();

        /// <param name="pipelineAsset">Name of the pipeline's asset type.</param>
        /// <param name="factory">Makes a hook for one camera.</param>
        public static void Register(string pipelineAsset, Func<CaptureHook> factory)
        {
            Factories[pipelineAsset] = factory;
        }

        /// <summary>Name of the active pipeline's asset type; "" is the built-in pipeline.</summary>
        public static string ActivePipeline
        {
            get
            {
                var asset = GraphicsSettings.currentRenderPipeline;
                return asset == null ? "" : asset.GetType().Name;
            }
        }

        /// <exception cref="LSDException">The active pipeline is none of the three.</exception>
        public static CaptureHook Create()
        {
            var pipeline = ActivePipeline;
            if (pipeline == "") return new BuiltinCapture();
            Func<CaptureHook> factory;
            if (Factories.TryGetValue(pipeline, out factory)) return factory();
            throw new LSDException(
                "MirageLSD: the render pipeline " + pipeline + " is not supported: use the built-in pipeline, URP 14 or HDRP 14 " +
                "and newer, or capture a RenderTexture.");
        }
    }
}
