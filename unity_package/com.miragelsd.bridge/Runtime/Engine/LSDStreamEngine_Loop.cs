using System;
using UnityEngine;
using UnityEngine.Experimental.Rendering;
using UnityEngine.Rendering;

namespace MirageLSD
{
    public sealed partial class LSDStreamEngine
    {
        // A window that is dragged larger changes the size every frame; the stream is opened again when it rests.
        private const float RestSeconds = 0.25f;
        private const int AutoHeight = 360;
        private const double LossSeconds = 1.0, RecorderSeconds = 10.0;

        private readonly bool _isAsync;
        private FrameCapture _capture;
        private StreamFormat _wanted;
        private double _wantedSince;
        private Camera _chosenCamera;
        private Texture _sourceTexture;
        private bool _hasChosenCamera, _hasSourceTexture;
        private string _pipeline;
        private long _skipped;
        private bool _hasResult;
        private double _lostSince = double.PositiveInfinity;

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
            _capture.IsFlipped = FlipsVertically;
            WarnOfCamera(camera);
            if (camera == null) _capture.CaptureTexture(_sourceTexture);
            if (_capture.Submit(_link.Stream)) _notices.Once("gpu", "the graphics device lost a frame; capture goes on.");
            if (WaitsForEachFrame) WaitForResult();
            else TakeResult();
            ShowLoss();
            _capture.Show(ShowsOnScreen && !_bypass && _hasResult && IsConnected && _link.IsOpen ? OutputTexture : null);
        }

        // For recordings: the game stands still until its last frame is painted. A daemon that does not answer is not waited for.
        private void WaitForResult()
        {
            var end = Time.realtimeSinceStartupAsDouble + RecorderSeconds;
            while (!TakeResult() && _capture.Pacing.UnderWay > 0 && _link.IsOpen && Time.realtimeSinceStartupAsDouble < end)
            {
                AsyncGPUReadback.WaitAllRequests();
                _capture.Submit(_link.Stream);
                System.Threading.Thread.Sleep(1);
                _link.Poll();
            }
        }

        // A frozen picture looks like a game that hangs.
        private void ShowLoss()
        {
            if (_link.IsOpen)
            {
                _lostSince = double.PositiveInfinity;
                return;
            }
            var now = Time.realtimeSinceStartupAsDouble;
            if (double.IsPositiveInfinity(_lostSince)) _lostSince = now;
            if (!_hasResult || KeepsLastPicture || now - _lostSince < LossSeconds) return;
            _output.ShowWaiting();
            _hasResult = false;
        }

        private void WarnOfCamera(Camera camera)
        {
            if (camera == null) return;
            if (camera.stereoEnabled) _notices.Once("xr", "stereo (XR) is not supported: one picture of one eye is sent.");
            var rect = camera.rect;
            if (rect.x != 0f || rect.y != 0f || rect.width != 1f || rect.height != 1f)
                _notices.Once("rect", "the camera '" + camera.name + "' fills a part of the screen only (its Viewport Rect); give it a " +
                                      "Target Texture of its own if the picture is stretched.");
        }

        private bool TakeResult()
        {
            NativeResult result;
            if (!_link.Stream.TryAcquire(out result)) return false;
            _capture.Pacing.Answered();
            _capture.DaemonSeconds = (result.t_send_ns - result.t_receive_ns) * 1e-9f;
            using (Marks.Upload.Auto()) _output.Upload(result);
            _hasResult = true;
            Marks.SetLatency((result.t_acquire_ns - result.t_capture_ns) * 1e-6f);
            Events.Raise(FrameReady, new LSDFrame
            {
                Texture = _output.Texture,
                Number = result.seq,
                LatencyMs = (result.t_acquire_ns - result.t_capture_ns) * 1e-6f,
            });
            return true;
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
            var format = WantedFormat(camera);
            var now = Time.realtimeSinceStartupAsDouble;
            if (!format.Equals(_wanted))
            {
                _wanted = format;
                _wantedSince = now;
            }
            if (_capture != null && (format.Equals(_link.Stream.Format) || now - _wantedSince < RestSeconds)) return;
            StopFrames();
            if (HasOwnOutput && (_output == null || _output.Width != format.OutputWidth || _output.Height != format.OutputHeight))
            {
                _output?.Dispose();
                _output = ResultTexture.Make(format.OutputWidth, format.OutputHeight);
            }
            _link.Open(format);
            _capture = new FrameCapture(format, _isAsync);
            Attach(camera);
        }

        private bool HasOwnOutput => _output == null || _output.IsOwned;

        private StreamFormat WantedFormat(Camera camera)
        {
            var size = _resolution;
            if (size.x == 0) size = AutoResolution(camera);
            return new StreamFormat
            {
                Model = Model,
                Width = size.x,
                Height = size.y,
                HasDepth = camera != null && CapturesDepth && CanRead(GraphicsFormat.R32_SFloat),
                HasMotion = camera != null && CapturesDepth && CapturesMotion && SystemInfo.supportsMotionVectors && CanRead(GraphicsFormat.R16G16_SFloat),
                HasIds = camera != null && CapturesIdentities && SlotTable.IsNeeded(Rules) && CanRead(GraphicsFormat.R8_UNorm),
                HasEngineAlpha = KeepsAlpha,
                OutputWidth = HasOwnOutput ? size.x : _output.Width,
                OutputHeight = HasOwnOutput ? size.y : _output.Height,
                OutputFormat = _output == null ? NativeFormat.Rgba8 : _output.Format,
                MaxSteps = _maxSteps,
                Seed = 0, // a control, so that another one needs no other stream
                Fps = _targetFps,
            };
        }

        private bool CanRead(GraphicsFormat format)
        {
            return _isAsync || CpuReadback.CanRead(format);
        }

        private Vector2Int AutoResolution(Camera camera)
        {
            float width = camera != null ? camera.pixelWidth : _sourceTexture.width;
            float height = camera != null ? camera.pixelHeight : _sourceTexture.height;
            // Multiples of 8 suit the model, and a pixel more or less of the window changes nothing.
            var across = Mathf.RoundToInt(AutoHeight * width / Mathf.Max(height, 1f) / 8f) * 8;
            return new Vector2Int(Mathf.Clamp(across, 16, 4096), AutoHeight);
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
