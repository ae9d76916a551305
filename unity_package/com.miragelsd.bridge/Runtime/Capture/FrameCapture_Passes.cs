using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>What the pipelines' hooks call while a frame of the camera is recorded.</summary>
    internal sealed partial class FrameCapture
    {
        public override bool Shades => !_isDisposed && (Shading != null ? Shading.IsReady : IsReprojecting);
        public override bool IsActive => !_isDisposed && (_isOpen || Shades);
        public override bool WantsDepth => _format.HasDepth && _isOpen || Shades;
        public override bool WantsMotion => _format.HasMotion && _isOpen;
        public override bool WantsNormals => _format.HasNormals && IsActive;
        public override Texture OnScreen => _isDisposed ? null : IsReprojecting ? Reprojector.Target : Shown;

        public override void Present(CommandBuffer commands) => _presenter.Record(commands, OnScreen, Split);
        public override void Warn(string key, string sentence) => Warned(key, sentence);

        public override bool BeginFrame(Camera camera)
        {
            _pose = CameraPose.Of(camera);
            _motion.Advance(_pose.ClipFromWorld);
            if (Cut.Look(camera, _pose) && DetectsCuts) Reset();
            if (_identities != null) _slots.Advance(_pose.Position, Rules, Time.realtimeSinceStartupAsDouble);
            Reprojector?.BeginFrame(camera, _pose);
            return TryBegin();
        }

        public override void Record(CommandBuffer commands, CaptureSources sources)
        {
            if (_isDisposed) return;
            if (_isCut) _motion.Forget();
            _pose.Projection = sources.Projection ?? _pose.Projection;
            _converter.TakesSinglePixels = IsAsLarge(_format.Width, _format.Height);
            _converter.SetCamera(_pose, _motion, sources);
            _slot.Camera = _pose.ToProtocol(_format.Width, _format.Height);
            _slot.HasCamera = true;
            _slot.HasSun = SunLight.TryGet(out _slot.Sun);
            _slot.SlotCount = _identities == null ? 0 : _slots.Write(_slot.Slots);
            Finish(commands, sources);
            _motion.MarkCaptured();
        }

        public override void Shade(CommandBuffer commands, CaptureSources sources)
        {
            if (!Shades) return;
            _pose.Projection = sources.Projection ?? _pose.Projection;
            if (Shading == null)
            {
                using (Marks.Reproject.Auto()) Reprojector.Record(commands, sources, _pose, _slots);
                return;
            }
            var target = Shading.Target;
            var takesSinglePixels = IsAsLarge(target.width, target.height);
            using (Marks.Shade.Auto()) Shading.Record(commands, sources, _pose, _slots, takesSinglePixels, Time.realtimeSinceStartupAsDouble);
        }

        private bool IsAsLarge(int width, int height)
        {
            return Camera != null && width == Camera.pixelWidth && height == Camera.pixelHeight;
        }
    }
}
