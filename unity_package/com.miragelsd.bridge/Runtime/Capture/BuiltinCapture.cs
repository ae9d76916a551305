using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>The built-in pipeline: a command buffer behind everything that the camera draws.</summary>
    internal sealed class BuiltinCapture : CaptureHook
    {
        private static readonly int Picture = Shader.PropertyToID("_LSDBuiltinPicture");

        private readonly CommandBuffer _commands = new CommandBuffer { name = "MirageLSD capture" };
        private Camera _camera;
        private CaptureTarget _target;
        private DepthTextureMode _before;
        private bool _wasForced;

        public override void Attach(Camera camera, CaptureTarget target)
        {
            _camera = camera;
            _target = target;
            _before = camera.depthTextureMode;
            _wasForced = camera.forceIntoRenderTexture;
            camera.depthTextureMode |= DepthTextureMode.Depth;
            if (target.WantsMotion) camera.depthTextureMode |= DepthTextureMode.MotionVectors;
            // The back buffer can't be read on every graphics API.
            camera.forceIntoRenderTexture = true;
            camera.AddCommandBuffer(CameraEvent.AfterEverything, _commands);
            Camera.onPreRender += OnPreRender;
        }

        public override void Dispose()
        {
            Camera.onPreRender -= OnPreRender;
            if (_camera != null) // else the scene took it away
            {
                _camera.RemoveCommandBuffer(CameraEvent.AfterEverything, _commands);
                _camera.depthTextureMode = _before;
                _camera.forceIntoRenderTexture = _wasForced;
            }
            _commands.Release();
        }

        private void OnPreRender(Camera camera)
        {
            if (!ReferenceEquals(camera, _camera)) return;
            _commands.Clear();
            if (!_target.BeginFrame(camera)) return;
            // Size -1: as large as the camera's picture. The copy lets Unity resolve and turn what it has to.
            _commands.GetTemporaryRT(Picture, -1, -1, 0, FilterMode.Bilinear);
            _commands.Blit(BuiltinRenderTextureType.CameraTarget, Picture);
            _target.Record(_commands, new CaptureSources
            {
                Color = Picture,
                Depth = BuiltinRenderTextureType.Depth,
                Motion = BuiltinRenderTextureType.MotionVectors,
                Used = Vector2.one,
            });
            _commands.ReleaseTemporaryRT(Picture);
        }
    }
}
