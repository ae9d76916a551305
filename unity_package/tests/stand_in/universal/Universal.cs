using System;
using System.Collections.Generic;
using StandIn;
#if MIRAGELSD_URP_17
using UnityEngine.Rendering.RenderGraphModule;
#endif

// Graphics: Packages/com.unity.render-pipelines.universal/Runtime/*.cs
namespace UnityEngine.Rendering.Universal
{
    // Passes/ScriptableRenderPass.cs
    [Flags]
    public enum ScriptableRenderPassInput
    {
        None = 0,
        Depth = 1 << 0,
        Normal = 1 << 1,
        Color = 1 << 2,
        Motion = 1 << 3,
    }

    public enum RenderPassEvent
    {
        AfterRenderingPostProcessing = 600,
    }

    public abstract class ScriptableRenderPass
    {
        internal ScriptableRenderPassInput Input;

        public RenderPassEvent renderPassEvent { get; set; }

        public void ConfigureInput(ScriptableRenderPassInput passInput)
        {
            Input = passInput;
        }

#if MIRAGELSD_URP_17
        public bool requiresIntermediateTexture { get; set; }

        public virtual void RecordRenderGraph(RenderGraph renderGraph, ContextContainer frameData)
        {
        }
#else
        public virtual void Execute(ScriptableRenderContext context, ref RenderingData renderingData)
        {
        }
#endif
    }

#if MIRAGELSD_URP_17
    // FrameData/UniversalResourceData.cs
    public class UniversalResourceData
    {
        public TextureHandle cameraColor { get; internal set; }
        public TextureHandle cameraDepthTexture { get; internal set; }
        public TextureHandle motionVectorColor { get; internal set; }
    }
#else
    // UniversalRenderPipelineCore.cs
    public struct RenderingData
    {
        public CameraData cameraData;
    }

    public struct CameraData
    {
        public ScriptableRenderer renderer;
    }
#endif

    // ScriptableRenderer.cs
    public class ScriptableRenderer
    {
        internal readonly List<ScriptableRenderPass> Queue = new List<ScriptableRenderPass>();
#if !MIRAGELSD_URP_17
        public RTHandle cameraColorTargetHandle { get; internal set; }
#endif

        public void EnqueuePass(ScriptableRenderPass pass)
        {
            Queue.Add(pass);
        }
    }

    // UniversalAdditionalCameraData.cs
    public class UniversalAdditionalCameraData : MonoBehaviour
    {
        public ScriptableRenderer scriptableRenderer { get; } = new ScriptableRenderer();
    }

    public static class CameraExtensions
    {
        public static UniversalAdditionalCameraData GetUniversalAdditionalCameraData(this Camera camera)
        {
            var data = camera.gameObject.GetComponent<UniversalAdditionalCameraData>();
            return data != null ? data : camera.gameObject.AddComponent<UniversalAdditionalCameraData>();
        }
    }

    // Data/UniversalRenderPipelineAsset.cs
    public class UniversalRenderPipelineAsset : RenderPipelineAsset
    {
    }

    /// <summary>Not Unity's: renders a camera's queue.</summary>
    internal static class Simulation
    {
        public static void Render(Camera camera)
        {
            var renderer = camera.GetUniversalAdditionalCameraData().scriptableRenderer;
            var pictures = CameraPictures.Of(camera);
            foreach (var pass in renderer.Queue)
            {
                var wanted = ScriptableRenderPassInput.Color | ScriptableRenderPassInput.Depth | ScriptableRenderPassInput.Motion;
                if (pass.Input != wanted) throw new InvalidOperationException("Depth or motion was not asked for.");
#if MIRAGELSD_URP_17
                if (!pass.requiresIntermediateTexture) throw new InvalidOperationException("The back buffer can't be read.");
                var resources = new UniversalResourceData
                {
                    cameraColor = new TextureHandle { Texture = pictures.Color },
                    cameraDepthTexture = new TextureHandle { Texture = pictures.Depth },
                    motionVectorColor = new TextureHandle { Texture = pictures.Motion },
                };
                var graph = new RenderGraph();
                pass.RecordRenderGraph(graph, new ContextContainer { Item = resources });
                if (graph.Recorded != null) graph.Recorded();
#else
                Gpu.GlobalNames["_CameraDepthTexture"] = pictures.Depth;
                Gpu.GlobalNames["_MotionVectorTexture"] = pictures.Motion;
                renderer.cameraColorTargetHandle = new RTHandle { Texture = pictures.Color };
                var data = new RenderingData { cameraData = new CameraData { renderer = renderer } };
                pass.Execute(new ScriptableRenderContext(), ref data);
#endif
            }
            renderer.Queue.Clear();
        }
    }
}
