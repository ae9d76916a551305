using UnityEngine;
using UnityEngine.Scripting;
using UnityEngine.Rendering;
using UnityEngine.Rendering.Universal;

namespace MirageLSD
{
    /// <summary>URP: a pass behind post-processing, put into the camera's renderer each frame, or by an LSDRendererFeature.</summary>
    internal sealed class UniversalCapture : CaptureHook
    {
        private readonly CapturePass _pass = new CapturePass();
        private Camera _camera;
        private CaptureTarget _target;
        private bool _isChecked, _isAdded, _hasFeature;

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
            if (Current == this) Current = null;
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

        /// <summary>Of the camera that is being rendered; null: nobody captures it.</summary>
        public static UniversalCapture Current { get; private set; }

        /// <summary>By a feature of the camera's renderer, so that the pass has the feature's place in the list; in its next frame
        /// the camera is left to it.</summary>
        public void AddByFeature(ScriptableRenderer renderer)
        {
            _hasFeature = true;
            Add(renderer);
        }

        private void OnBeginCamera(ScriptableRenderContext context, Camera camera)
        {
            if (!ReferenceEquals(camera, _camera))
            {
                if (Current == this) Current = null;
                return;
            }
            Current = this;
            _isAdded = false;
            var data = camera.GetUniversalAdditionalCameraData();
            if (!_isChecked) WarnOfStack(camera, data);
            var isLeftToFeature = _hasFeature;
            _hasFeature = false;
            if (!isLeftToFeature) Add(data.scriptableRenderer);
        }

        private void Add(ScriptableRenderer renderer)
        {
            if (_isAdded) return;
            _isAdded = true;
            _pass.IsWanted = _target.BeginFrame(_camera);
            if (!_target.IsActive && _target.OnScreen == null) return;
            // In every frame of an open stream, captured or not: URP has motion vectors only while somebody asks for them.
            _pass.Configure(UsesGraph);
            renderer.EnqueuePass(_pass);
        }

        // Once: URP says something of its own each time that a renderer without stacks is asked for one.
        private void WarnOfStack(Camera camera, UniversalAdditionalCameraData data)
        {
            _isChecked = true;
            if (data.renderType == CameraRenderType.Overlay)
            {
                _target.Warn("overlay", "the camera '" + camera.name + "' is an overlay camera of a stack: it has the depth of its own things " +
                                        "alone, and what lies below counts as sky; put the LSD Camera on the stack's base camera.");
                return;
            }
            var stack = data.cameraStack;
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
