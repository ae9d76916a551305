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
            Debug.LogWarning("RecordRenderGraph is not implemented.");
        }
#endif
#if !UNITY_6000_3_OR_NEWER
        // In URP 17 for Compatibility Mode alone.
        public virtual void Execute(ScriptableRenderContext context, ref RenderingData renderingData)
        {
            Debug.LogWarning("Execute is not implemented, the pass won't execute.");
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
        public TextureHandle cameraNormalsTexture { get; internal set; }
    }

    // FrameData/UniversalCameraData.cs
    public class UniversalCameraData
    {
        public RenderTextureDescriptor cameraTargetDescriptor;

        internal Camera Camera;

        public Matrix4x4 GetProjectionMatrix(int viewIndex = 0)
        {
            return Simulation.Jittered(Camera);
        }
    }

    // Settings/RenderGraphSettings.cs
    public class RenderGraphSettings
    {
        public bool enableRenderCompatibilityMode { get; set; }
    }
#endif
    // UniversalRenderPipelineCore.cs
    public struct RenderingData
    {
#if !UNITY_6000_3_OR_NEWER
        public CameraData cameraData;
#endif
    }

    // ScriptableRendererFeature.cs
    public abstract class ScriptableRendererFeature : ScriptableObject
    {
        public abstract void Create();
        public abstract void AddRenderPasses(ScriptableRenderer renderer, ref RenderingData renderingData);
    }

#if !UNITY_6000_3_OR_NEWER

    public struct CameraData
    {
        public ScriptableRenderer renderer;
        public RenderTextureDescriptor cameraTargetDescriptor;

        internal Camera Camera;

        public Matrix4x4 GetProjectionMatrix(int viewIndex = 0)
        {
            return Simulation.Jittered(Camera);
        }
    }
#endif

    // ScriptableRenderer.cs
    public class ScriptableRenderer
    {
        internal readonly List<ScriptableRendererFeature> Features = new List<ScriptableRendererFeature>();
        internal readonly List<ScriptableRenderPass> Queue = new List<ScriptableRenderPass>();
#if !UNITY_6000_3_OR_NEWER
        public RTHandle cameraColorTargetHandle { get; internal set; }
        public RTHandle cameraDepthTargetHandle { get; internal set; }
#endif

        public void EnqueuePass(ScriptableRenderPass pass)
        {
            Queue.Add(pass);
        }
    }

    // UniversalAdditionalCameraData.cs
    public enum CameraRenderType
    {
        Base,
        Overlay,
    }

    public class UniversalAdditionalCameraData : MonoBehaviour
    {
        public ScriptableRenderer scriptableRenderer { get; internal set; } = new ScriptableRenderer();
        public CameraRenderType renderType { get; set; }
        public List<Camera> cameraStack { get; } = new List<Camera>();
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

    // 2D/Renderer2D.cs
    internal sealed class Renderer2D : ScriptableRenderer
    {
    }

    /// <summary>Not Unity's: renders a camera's queue.</summary>
    internal static class Simulation
    {
        /// <summary>What the passes of the newest frame asked for; null: there was none.</summary>
        public static ScriptableRenderPassInput? Asked;

        /// <summary>Temporal anti-aliasing: how far it moves the picture, in pixels, to the right and up. Unity's camera has none of it.</summary>
        public static Vector2 Jitter { get; set; }

        public static Matrix4x4 Jittered(Camera camera)
        {
            var moved = camera.projectionMatrix;
            var size = CameraPictures.Of(camera).Color;
            for (var column = 0; column < 4; column++)
            {
                moved[0, column] += 2f * Jitter.x / size.width * moved[3, column];
                moved[1, column] += 2f * Jitter.y / size.height * moved[3, column];
            }
            return moved;
        }

        /// <summary>Deferred rendering with accurate G-buffer normals: they are packed, and a keyword says so.</summary>
        public static bool PacksNormals
        {
            get { return Gpu.GlobalKeywords.Contains("_GBUFFER_NORMALS_OCT"); }
            set
            {
                if (value) Gpu.GlobalKeywords.Add("_GBUFFER_NORMALS_OCT");
                else Gpu.GlobalKeywords.Remove("_GBUFFER_NORMALS_OCT");
            }
        }

        public static bool IsCompatibilityMode
        {
#if MIRAGELSD_URP_17
            get
            {
                var settings = GraphicsSettings.GetRenderPipelineSettings<RenderGraphSettings>();
                return settings != null && settings.enableRenderCompatibilityMode;
            }
#else
            get { return true; }
#endif
        }

        public static void Render(Camera camera)
        {
            var renderer = camera.GetUniversalAdditionalCameraData().scriptableRenderer;
            var pictures = CameraPictures.Of(camera);
            Asked = null;
            var nothing = new RenderingData();
            foreach (var feature in renderer.Features) feature.AddRenderPasses(renderer, ref nothing);
            var color = DynamicScale == 1f ? pictures.Color : Scaled(pictures.Color);
            foreach (var pass in renderer.Queue)
            {
                Asked = pass.Input;
                var size = new RenderTextureDescriptor { width = pictures.Color.width, height = pictures.Color.height };
                // What was not asked for is not there; a shader that looks anyway sees Unity's grey picture.
                var is2D = renderer is Renderer2D;
                var hasDepth = !is2D && (pass.Input & ScriptableRenderPassInput.Depth) != 0;
                var hasNormals = !is2D && (pass.Input & ScriptableRenderPassInput.Normal) != 0;
                var normals = !hasNormals ? null : PacksNormals ? NormalBuffers.Octahedron(camera) : NormalBuffers.World(camera);
                var hasMotion = !is2D && (pass.Input & ScriptableRenderPassInput.Motion) != 0;
#if MIRAGELSD_URP_17
                if (!IsCompatibilityMode)
                {
                    if (!pass.requiresIntermediateTexture) throw new InvalidOperationException("The back buffer can't be read.");
                    var resources = new UniversalResourceData
                    {
                        cameraColor = new TextureHandle { Texture = color },
                        cameraDepthTexture = new TextureHandle { Texture = hasDepth ? pictures.Depth : null },
                        cameraNormalsTexture = new TextureHandle { Texture = normals },
                        motionVectorColor = new TextureHandle { Texture = hasMotion ? pictures.Motion : null },
                    };
                    var graph = new RenderGraph();
                    pass.RecordRenderGraph(graph, new ContextContainer { Items = new object[] { resources, new UniversalCameraData { cameraTargetDescriptor = size, Camera = camera } } });
                    if (graph.Recorded != null) graph.Recorded();
                    continue;
                }
#endif
#if !UNITY_6000_3_OR_NEWER
                if ((pass.Input & ScriptableRenderPassInput.Color) == 0) throw new InvalidOperationException("The back buffer can't be read.");
                Gpu.GlobalNames["_CameraDepthTexture"] = hasDepth ? pictures.Depth : Grey;
                Gpu.GlobalNames["_MotionVectorTexture"] = hasMotion ? pictures.Motion : Grey;
                Gpu.GlobalNames["_CameraNormalsTexture"] = hasNormals ? normals : Grey;
                renderer.cameraColorTargetHandle = new RTHandle { Texture = color };
                renderer.cameraDepthTargetHandle = new RTHandle { Texture = pictures.Depth };
                var data = new RenderingData { cameraData = new CameraData { renderer = renderer, cameraTargetDescriptor = size, Camera = camera } };
                pass.Execute(new ScriptableRenderContext(), ref data);
                if (ScriptableRenderContext.LastTarget != color) throw new InvalidOperationException("The pass left another render target behind.");
#endif
            }
            renderer.Queue.Clear();
            if (color == pictures.Color) return;
            Gpu.Copy(color, pictures.Color); // as the display shows it
            Game.DestroyNow(color);
        }

        /// <summary>Hardware dynamic resolution: textures are smaller than cameras and descriptors say (ScalableBufferManager).</summary>
        public static float DynamicScale = 1f;

        private static RenderTexture Scaled(RenderTexture picture)
        {
            var scaled = new RenderTexture((int)(picture.width * DynamicScale), (int)(picture.height * DynamicScale), 0, picture.format);
            scaled.Create();
            Gpu.Copy(picture, scaled);
            return scaled;
        }

#if !UNITY_6000_3_OR_NEWER
        private static Texture Grey
        {
            get
            {
                var grey = new RenderTexture(4, 4, 0);
                for (var i = 0; i < grey.Bytes.Length; i++) grey.Bytes[i] = 128;
                return grey;
            }
        }
#endif
    }
}
