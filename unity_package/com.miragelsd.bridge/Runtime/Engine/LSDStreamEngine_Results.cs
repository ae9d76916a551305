using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    public sealed partial class LSDStreamEngine
    {
        private const double LossSeconds = 1.0, RecorderSeconds = 10.0;

        private string _reprojectProblem;
        private bool _hasResult;
        private double _lostSince = double.PositiveInfinity;

        // Only what is shown in the view of the camera that it was made for; a recording has each frame's own picture.
        private bool CanReproject
        {
            get
            {
                var format = _link.Stream.Format;
                if (!LateReprojection || !ShowsOnScreen || WaitsForEachFrame || format.IsContext || !format.HasDepth) return false;
                if (_reprojectProblem == null) _reprojectProblem = ShadingSupport.ReprojectProblem;
                if (_reprojectProblem != "") _notices.Once("reprojection", "there is no late reprojection: " + _reprojectProblem + ".");
                return _reprojectProblem == "";
            }
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
            // The scriptable pipelines render each camera into a texture of its own size.
            if (_pipeline != "") return;
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
            using (Marks.Upload.Auto())
            {
                _output.Upload(result);
                _capture.Reprojector?.Take(ref result);
            }
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
    }
}
