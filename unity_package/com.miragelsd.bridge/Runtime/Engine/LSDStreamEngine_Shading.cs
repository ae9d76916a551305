using UnityEngine;

namespace MirageLSD
{
    public sealed partial class LSDStreamEngine
    {
        // At 15 contexts a second one is never as old, even over a slow network.
        private const double HeldSeconds = 1.0;

        private long _refusedGeneration = -1;
        private double _contextAge;
        private string _shadingProblem, _deviceProblem;

        /// <summary>Who makes the picture of it: the engine from its own frames, or the daemon. Another value opens the stream again.</summary>
        public LSDShading Shading { get; set; }

        /// <summary>The engine paints each of its frames by itself now.</summary>
        public bool IsShading => _capture != null && _capture.Shading != null && _capture.Shading.HasContext;

        /// <summary>For a panel: who paints, why not the engine, and how old what it paints with is when nothing new comes.</summary>
        public string ShadingState
        {
            get
            {
                if (!IsShading) return _shadingProblem == null ? "by the daemon" : "by the daemon: " + _shadingProblem;
                if (_contextAge < HeldSeconds) return "in the engine";
                return "in the engine, as the world was " + _contextAge.ToString("0") + " s ago: no contexts come";
            }
        }

        private bool CouldPaintHere(Camera camera)
        {
            return ProblemHere(camera) == null && _refusedGeneration != _link.ModelsGeneration;
        }

        // Whether a stream of contexts is to be opened; says why not when that was asked for.
        private bool PaintsHere(Camera camera)
        {
            _shadingProblem = null;
            if (Shading == LSDShading.Daemon) return false;
            _shadingProblem = ProblemHere(camera);
            if (_shadingProblem == null && !_link.HasContexts(Model)) _shadingProblem = "it gives no contexts of " + Model;
            if (_shadingProblem == null && Refused) _shadingProblem = "it refused to give contexts";
            if (_shadingProblem != null && Shading == LSDShading.Engine && _link.ModelsGeneration > 0)
                _notices.Once("shading " + _shadingProblem, "the engine can't paint by itself, the daemon's pictures are shown: " + _shadingProblem + ".");
            return _shadingProblem == null;
        }

        private string ProblemHere(Camera camera)
        {
            if (camera == null) return "a texture has no depth";
            if (!CapturesDepth) return "depth is not captured";
            if (!CanRead(UnityEngine.Experimental.Rendering.GraphicsFormat.R32_SFloat)) return "the graphics device can't hand depth over";
            if (camera.orthographic) return "the camera is orthographic";
            if (WaitsForEachFrame) return "recordings have the daemon's own picture of each frame";
            if (!HasOwnOutput && !_output.CanBeDrawn) return "the bound texture is no RenderTexture";
            if (_deviceProblem == null) _deviceProblem = ShadingSupport.Problem;
            return _deviceProblem == "" ? null : _deviceProblem;
        }

        private bool Refused
        {
            get
            {
                if (_capture != null && _capture.Shading != null && _link.Stream.State == NativeStreamState.Failed)
                    _refusedGeneration = _link.ModelsGeneration;
                return _refusedGeneration == _link.ModelsGeneration;
            }
        }

        // The planes that the model looks at, for a picture of the camera's shape.
        private Vector2Int ContextSize(Camera camera)
        {
            var picture = PictureSize(camera);
            int width, height;
            Native.lsd_context_plane_size(picture.x, picture.y, out width, out height);
            return new Vector2Int(width, height);
        }

        private Vector2Int PictureSize(Camera camera)
        {
            if (!HasOwnOutput) return new Vector2Int(_output.Width, _output.Height);
            return new Vector2Int(Mathf.Clamp(camera.pixelWidth, 16, 4096), Mathf.Clamp(camera.pixelHeight, 16, 4096));
        }

        private unsafe void TakeContext(Camera camera)
        {
            NativeContext context;
            var shading = _capture.Shading;
            if (_link.Stream.TryAcquireContext(out context))
            {
                _contextAge = context.age_ns * 1e-9;
                if (context.is_new != 0) Take(ref context);
                _link.Stream.ReleaseContext(ref context);
            }
            if (!shading.HasContext) return;
            PrepareOutput(PictureSize(camera));
            // Nobody looks at it while the engine's own picture is asked for; a texture of somebody else's is kept up.
            shading.Target = _bypass && _output.IsOwned ? null : (RenderTexture)_output.Texture;
            _capture.Shown = ShowsOnScreen && !_bypass ? _output.Texture : null;
        }

        private void Take(ref NativeContext context)
        {
            _capture.Pacing.Answered();
            _capture.DaemonSeconds = (context.t_send_ns - context.t_receive_ns) * 1e-9f;
            using (Marks.Upload.Auto()) _capture.Shading.Take(ref context, Time.realtimeSinceStartupAsDouble);
            var latency = (context.t_acquire_ns - context.t_capture_ns) * 1e-6f;
            Marks.SetLatency(latency);
            Events.Raise(FrameReady, new LSDFrame { Texture = OutputTexture, Number = context.seq, LatencyMs = latency });
        }

        private void PrepareOutput(Vector2Int size)
        {
            if (!HasOwnOutput || _output != null && _output.Width == size.x && _output.Height == size.y) return;
            _output?.Dispose();
            _output = ResultTexture.Make(size.x, size.y);
        }
    }
}
