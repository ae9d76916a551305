using System;
using UnityEngine;

namespace MirageLSD
{
    public sealed partial class LSDStreamEngine
    {
        // A window that is dragged larger changes the size every frame; the stream is opened again when it rests.
        private const float RestSeconds = 0.25f;

        private readonly bool _isAsync;
        private FrameCapture _capture;
        private StreamFormat _wanted;
        private double _wantedSince;
        private Camera _chosenCamera;
        private Texture _sourceTexture;
        private bool _hasChosenCamera, _hasSourceTexture;
        private string _pipeline;
        private long _skipped;

        /// <summary>What is captured, for a list of streams.</summary>
        internal string Title
        {
            get
            {
                var source = _hasSourceTexture ? (UnityEngine.Object)_sourceTexture : _hasChosenCamera ? _chosenCamera : Camera.main;
                return source == null ? Model : source.name;
            }
        }

        /// <summary>Once an engine frame.</summary>
        internal void Tick()
        {
            try
            {
                _link.Poll();
                if (IsCapturing && !_isDisposed) TickCapture();
            }
            catch (Exception problem)
            {
                // Said once; an engine that throws every frame would bury the console.
                StopCapture();
                _notices.Once(problem.Message, problem.Message.Replace("MirageLSD: ", ""));
            }
        }

        private void TickCapture()
        {
            if (_output != null && !_output.IsAlive) throw new LSDException("MirageLSD: the bound texture was destroyed; capture has stopped.");
            var camera = FindCamera();
            if (camera == null && _sourceTexture == null)
            {
                PauseFrames();
                return;
            }
            PrepareStream(camera);
            if (_capture == null) return;
            if (_capture.Camera != camera || _pipeline != CaptureHooks.ActivePipeline) Attach(camera);
            _capture.IsOpen = _link.IsOpen;
            _capture.Fps = _targetFps;
            _capture.IsRecorder = WaitsForEachFrame;
            _capture.Rules = Rules;
            _capture.Split = Mathf.Clamp01(BeforeAfter);
            _capture.DetectsCuts = ResetsOnCameraCut;
            _capture.Reprojects = CanReproject;
            _capture.IsFlipped = FlipsVertically;
            WarnOfCamera(camera);
            if (camera == null) _capture.CaptureTexture(_sourceTexture);
            if (_capture.Submit(_link.Stream)) _notices.Once("gpu", "the graphics device lost a frame; capture goes on.");
            if (_capture.Shading != null)
            {
                TakeContext(camera);
                return;
            }
            if (WaitsForEachFrame) WaitForResult();
            else TakeResult();
            ShowLoss();
            _capture.Shown = ShowsOnScreen && !_bypass && _hasResult && IsConnected && _link.IsOpen ? OutputTexture : null;
        }

        private Camera FindCamera()
        {
            if (_hasSourceTexture)
            {
                if (_sourceTexture == null) throw new LSDException("MirageLSD: the captured texture was destroyed; capture has stopped.");
                return null;
            }
            var camera = _hasChosenCamera ? _chosenCamera : Camera.main;
            if (camera != null)
            {
                _notices.Forget("camera");
                return camera;
            }
            if (_hasChosenCamera) throw new LSDException("MirageLSD: the captured camera was destroyed; capture has stopped.");
            _notices.Once("camera", "there is no camera with the tag MainCamera; give one to StartCapture.");
            return null;
        }

        private void PrepareStream(Camera camera)
        {
            // What the daemon can is known only when it has answered; a stream of pictures would be closed again then.
            if (_capture == null && Shading != LSDShading.Daemon && _link.ModelsGeneration == 0 && CouldPaintHere(camera)) return;
            var format = WantedFormat(camera);
            var now = Time.realtimeSinceStartupAsDouble;
            if (!format.Equals(_wanted))
            {
                _wanted = format;
                _wantedSince = now;
            }
            if (_capture != null && (format.Equals(_link.Stream.Format) || now - _wantedSince < RestSeconds)) return;
            StopFrames();
            if (!format.IsContext && HasOwnOutput && (_output == null || _output.Width != format.OutputWidth || _output.Height != format.OutputHeight))
            {
                _output?.Dispose();
                _output = ResultTexture.Make(format.OutputWidth, format.OutputHeight);
                _hasResult = false;
            }
            _link.Open(format);
            _capture = new FrameCapture(format, _isAsync) { Warned = _notices.Once };
            Attach(camera);
        }

        private void Attach(Camera camera)
        {
            _pipeline = CaptureHooks.ActivePipeline;
            _capture.Detach();
            if (camera != null) _capture.Attach(camera);
        }

        // No camera for now, as between two scenes: the stream stays.
        private void PauseFrames()
        {
            if (_capture != null) _capture.Detach();
        }

        private void StopFrames()
        {
            if (_capture != null) _skipped += _capture.Skipped;
            _capture?.Dispose();
            _capture = null;
            _link.Close();
        }
    }
}
