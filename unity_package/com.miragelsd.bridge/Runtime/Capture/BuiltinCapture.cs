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
            camera.AddCommandBuffer(CameraEvent.AfterEverything, _commands);
            Camera.onPreCull += OnPreCull;
        }

        public override void Dispose()
        {
            Camera.onPreCull -= OnPreCull;
            if (_camera != null) // else the scene took it away
            {
                _camera.RemoveCommandBuffer(CameraEvent.AfterEverything, _commands);
                _camera.depthTextureMode = _before;
                _camera.forceIntoRenderTexture = _wasForced;
            }
            _commands.Release();
        }

        // Before culling: what the camera draws besides is decided there.
        private void OnPreCull(Camera camera)
        {
            if (!ReferenceEquals(camera, _camera)) return;
            _commands.Clear();
            var isWanted = _target.BeginFrame(camera);
            camera.depthTextureMode = _before | Needed;
            // The back buffer can't be read on every graphics API.
            camera.forceIntoRenderTexture = _wasForced || _target.IsActive;
            if (isWanted || _target.Shades) Record(isWanted);
            if (_target.OnScreen == null) return;
            _commands.SetRenderTarget(BuiltinRenderTextureType.CameraTarget, RenderBufferLoadAction.Load, RenderBufferStoreAction.Store);
            _target.Present(_commands);
        }

        private DepthTextureMode Needed =>
            (_target.WantsDepth ? DepthTextureMode.Depth : DepthTextureMode.None) |
            (_target.WantsMotion ? DepthTextureMode.MotionVectors : DepthTextureMode.None) |
            (_target.WantsNormals ? DepthTextureMode.DepthNormals : DepthTextureMode.None);

        private void Record(bool isWanted)
        {
            // Size -1: as large as the camera's picture. The copy lets Unity resolve and turn what it has to.
            _commands.GetTemporaryRT(Picture, -1, -1, 0, FilterMode.Bilinear);
            _commands.Blit(BuiltinRenderTextureType.CameraTarget, Picture);
            var sources = new CaptureSources
            {
                Color = Picture,
                // Depth, motion and normals under their global names, which last until everything is drawn.
                IsBuiltin = true,
                NormalEncoding = NormalEncoding.DepthNormals,
                Used = Vector2.one,
            };
            if (isWanted) _target.Record(_commands, sources);
            if (_target.Shades) _target.Shade(_commands, sources);
            _commands.ReleaseTemporaryRT(Picture);
        }
    }
}
