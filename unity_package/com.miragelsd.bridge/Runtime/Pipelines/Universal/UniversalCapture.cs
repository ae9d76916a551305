using UnityEngine;
using UnityEngine.Scripting;
using UnityEngine.Rendering;
using UnityEngine.Rendering.Universal;

namespace MirageLSD
{
    /// <summary>URP: a pass behind post-processing, put into the camera's renderer each frame; no renderer feature to set up.</summary>
    internal sealed class UniversalCapture : CaptureHook
    {
        private readonly CapturePass _pass = new CapturePass();
        private Camera _camera;
        private CaptureTarget _target;
        private bool _isChecked;

        public override void Attach(Camera camera, CaptureTarget target)
        {
            _camera = camera;
            _target = target;
            _pass.Target = target;
            RenderPipelineManager.beginCameraRendering += OnBeginCamera;
        }

        public override void Dispose()
        {
            RenderPipelineManager.beginCameraRendering -= OnBeginCamera;
        }

        // Called by its attributes alone; edit mode has no other than the editor's.
        [Preserve]
#if UNITY_EDITOR
        [UnityEditor.InitializeOnLoadMethod]
#endif
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.AfterAssembliesLoaded)]
        private static void Register()
        {
            CaptureHooks.Register("UniversalRenderPipelineAsset", () => new UniversalCapture());
        }

        private void OnBeginCamera(ScriptableRenderContext context, Camera camera)
        {
            if (!ReferenceEquals(camera, _camera)) return;
            _pass.IsWanted = _target.BeginFrame(camera);
            if (!_target.IsActive && _target.OnScreen == null) return;
            // In every frame of an open stream, captured or not: URP has motion vectors only while somebody asks for them.
            _pass.Configure(UsesGraph);
            var data = camera.GetUniversalAdditionalCameraData();
            if (!_isChecked) WarnOfStack(camera, data);
            data.scriptableRenderer.EnqueuePass(_pass);
        }

        // Once: URP says something of its own each time that a renderer without stacks is asked for one.
        private void WarnOfStack(Camera camera, UniversalAdditionalCameraData data)
        {
            _isChecked = true;
            var stack = data.renderType == CameraRenderType.Base ? data.cameraStack : null;
            if (stack == null || stack.Count == 0) return;
            _target.Warn("stack", "the camera '" + camera.name + "' is the base of a camera stack: its picture is taken without those above it, " +
                                  "and they are drawn over the result.");
        }

#if MIRAGELSD_URP_17 && !UNITY_6000_3_OR_NEWER
        private static bool UsesGraph
        {
            get
            {
                var settings = GraphicsSettings.GetRenderPipelineSettings<RenderGraphSettings>();
                return settings == null || !settings.enableRenderCompatibilityMode;
            }
        }
#elif MIRAGELSD_URP_17 && !(URP_COMPATIBILITY_MODE && !UNITY_6000_4_OR_NEWER)
        private const bool UsesGraph = true;
#else
        private const bool UsesGraph = false;
#endif
    }
}
