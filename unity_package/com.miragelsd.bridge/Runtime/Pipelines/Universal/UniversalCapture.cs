using UnityEngine;
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

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.AfterAssembliesLoaded)]
        private static void Register()
        {
            CaptureHooks.Register("UniversalRenderPipelineAsset", () => new UniversalCapture());
        }

        private void OnBeginCamera(ScriptableRenderContext context, Camera camera)
        {
            if (!ReferenceEquals(camera, _camera)) return;
            // In every frame, captured or not: URP has motion vectors only while somebody asks for them.
            _pass.IsWanted = _target.BeginFrame(camera);
            camera.GetUniversalAdditionalCameraData().scriptableRenderer.EnqueuePass(_pass);
        }
    }
}
