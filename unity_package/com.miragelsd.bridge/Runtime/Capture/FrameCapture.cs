using System;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Takes frames from a camera or a texture, as planes of one stream format, and hands them to the core.</summary>
    internal sealed partial class FrameCapture : CaptureTarget, IDisposable
    {
        public readonly FramePacing Pacing = new FramePacing();
        public readonly CameraCut Cut = new CameraCut();

        private readonly StreamFormat _format;
        private readonly FrameConverter _converter;
        private readonly ReadbackPool _pool;
        private readonly MotionHistory _motion = new MotionHistory();
        private readonly CpuReadback _cpu;
        private readonly SlotTable _slots = new SlotTable();
        private readonly ScreenPresenter _presenter = new ScreenPresenter();
        private readonly IdentityPlane _identities;
        private readonly CommandBuffer _commands = new CommandBuffer { name = "MirageLSD texture capture" };
        private CaptureHook _hook;
        private ReadbackSlot _slot; // of the frame that is being recorded,
        private CameraPose _pose;   // and its camera
        private bool _isCut, _isOpen, _isDisposed;

        public FrameCapture(StreamFormat format, bool isAsync)
        {
            _format = format;
            _converter = new FrameConverter(format);
            _pool = new ReadbackPool(format);
            if (!isAsync) _cpu = new CpuReadback(format);
            if (format.HasIds) _identities = new IdentityPlane();
            if (format.IsContext) Shading = new EngineShading(format);
        }

        /// <summary>Set before each engine frame: nothing is captured while the daemon would not take it.</summary>
        public bool IsOpen
        {
            get { return _isOpen; }
            set
            {
                if (_isOpen && !value)
                {
                    Pacing.Forget();
                    _motion.Forget();
                    Reprojector?.Forget();
                }
                _isOpen = value;
            }
        }

        public float DaemonSeconds;

        /// <summary>Captured frames a second at most; 0: as many as come back.</summary>
        public float Fps;

        /// <summary>One frame at a time, and the game waits for its result.</summary>
        public bool IsRecorder;

        public Action<string, string> Warned = (key, sentence) => { };
        public LSDRule[] Rules;
        public float Split; // of the screen
        public bool DetectsCuts = true;

        private float Rate => IsRecorder ? 0f : Fps;

        public bool IsFlipped
        {
            set
            {
                _converter.IsFlipped = value;
                if (Shading != null) Shading.IsFlipped = value;
                if (Reprojector != null) Reprojector.IsFlipped = value;
            }
        }

        /// <summary>Of a stream of contexts: paints each frame of the camera. Else null.</summary>
        public EngineShading Shading { get; }

        /// <summary>Engine frames that were wanted but found no free slot.</summary>
        public long Skipped { get; private set; }

        public Camera Camera { get; private set; }

        /// <summary>Draw this over the camera's picture; null: nothing.</summary>
        public Texture Shown;

        public void Attach(Camera camera)
        {
            Detach();
            _hook = CaptureHooks.Create();
            Camera = camera;
            _hook.Attach(camera, this);
        }

        public void Detach()
        {
            _hook?.Dispose();
            _hook = null;
            Camera = null;
            _motion.Forget();
        }

        public void Reset()
        {
            _isCut = true;
            Reprojector?.Forget();
        }

        /// <summary>Captures a texture that something else has drawn: color only.</summary>
        public void CaptureTexture(Texture source)
        {
            if (!TryBegin()) return;
            _slot.HasCamera = _slot.HasSun = false;
            _commands.Clear();
            Finish(_commands, new CaptureSources { Color = source, Used = Vector2.one });
            Graphics.ExecuteCommandBuffer(_commands);
        }

        /// <summary>Hands over what has arrived from the GPU. True if the GPU lost a frame.</summary>
        public bool Submit(NativeStream stream)
        {
            if (_cpu != null && _slot != null)
            {
                _slot.Read(_cpu, _converter);
                _slot = null;
            }
            var isLost = _pool.Unstick(Time.realtimeSinceStartupAsDouble);
            for (var slot = _pool.Arrived(); slot != null; slot = _pool.Arrived())
            {
                if (slot.HasError) isLost = true;
                if (slot.HasError || slot.Submit(stream) == 0) Pacing.Answered(); // there will be no answer
                slot.Free();
            }
            return isLost;
        }

        public void Dispose()
        {
            _isDisposed = true;
            Detach();
            _pool.Dispose();
            _converter.Dispose();
            _presenter.Dispose();
            _identities?.Dispose();
            Shading?.Dispose();
            Reprojector?.Dispose();
            _cpu?.Dispose();
            _commands.Release();
        }

        private bool TryBegin()
        {
            var now = Time.realtimeSinceStartupAsDouble;
            // A pass may still come once: HDRP's custom pass volume is destroyed only at the end of its frame.
            if (_isDisposed || !IsOpen || (_cpu != null && _slot != null)) return false;
            if (!Pacing.IsDue(now, Rate, IsRecorder ? float.PositiveInfinity : DaemonSeconds)) return false;
            _slot = _pool.Take(now);
            if (_slot == null) Skipped++;
            else Pacing.Captured(now, Rate);
            return _slot != null;
        }

        private void Finish(CommandBuffer commands, CaptureSources sources)
        {
            _slot.CaptureTime = Native.lsd_now_ns();
            _slot.IsCut = _isCut;
            _isCut = false;
            using (Marks.Capture.Auto())
            {
                _converter.Record(commands, sources);
                if (_identities != null && _slot.HasCamera) _identities.Record(commands, _converter, _slots, _pose);
                if (_slot.HasCamera) Reprojector?.Keep(commands, _slot.CaptureTime, _converter.Depth, _pose, _slots);
            }
            if (_cpu != null) return;
            _slot.Request(commands, _converter);
            _slot = null;
        }
    }
}
