using UnityEngine;
using UnityEngine.Experimental.Rendering;

namespace MirageLSD
{
    public sealed partial class LSDStreamEngine
    {
        private const int AutoHeight = 360;

        private bool HasOwnOutput => _output == null || _output.IsOwned;

        private StreamFormat WantedFormat(Camera camera)
        {
            var size = _resolution;
            if (size.x == 0) size = AutoResolution(camera);
            var paints = PaintsHere(camera);
            if (paints) size = ContextSize(camera);
            var hasDepth = camera != null && CapturesDepth && CanRead(GraphicsFormat.R32_SFloat);
            return new StreamFormat
            {
                Model = Model,
                Width = size.x,
                Height = size.y,
                HasDepth = hasDepth,
                // Both are made with depth in hand.
                HasMotion = hasDepth && CapturesMotion && SystemInfo.supportsMotionVectors && CanRead(GraphicsFormat.R16G16_SFloat),
                HasNormals = hasDepth && CapturesNormals,
                HasIds = camera != null && CapturesIdentities && SlotTable.IsNeeded(Rules) && CanRead(GraphicsFormat.R8_UNorm),
                HasEngineAlpha = KeepsAlpha,
                // Contexts depend on the shape of the picture alone: a window of another size needs no other stream.
                OutputWidth = paints || HasOwnOutput ? size.x : _output.Width,
                OutputHeight = paints || HasOwnOutput ? size.y : _output.Height,
                OutputFormat = paints ? NativeFormat.Context : _output == null ? NativeFormat.Rgba8 : _output.Format,
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
    }
}
