using UnityEngine;

namespace MirageLSD
{
    /// <summary>The clip spaces that motion is measured against: of the engine's previous frame and of the last captured one.</summary>
    internal sealed class MotionHistory
    {
        private Matrix4x4 _previous, _captured;
        private bool _hasPrevious, _hasCaptured;

        /// <summary>Engine frames since the last captured one, this one included; 0 while there is none.</summary>
        public int Frames { get; private set; }

        public Matrix4x4 CapturedFromCurrent { get; private set; }
        public Matrix4x4 PreviousFromCurrent { get; private set; }

        /// <summary>Once an engine frame, captured or not.</summary>
        public void Advance(Matrix4x4 clipFromWorld)
        {
            Frames = _hasCaptured && _hasPrevious ? Frames + 1 : 0;
            var worldFromClip = clipFromWorld.inverse;
            CapturedFromCurrent = _captured * worldFromClip;
            PreviousFromCurrent = _previous * worldFromClip;
            _previous = clipFromWorld;
            _hasPrevious = true;
        }

        /// <summary>The frame of the last Advance goes to the daemon.</summary>
        public void MarkCaptured()
        {
            _captured = _previous;
            _hasCaptured = _hasPrevious = true;
            Frames = 0;
        }

        public void Forget()
        {
            _hasPrevious = _hasCaptured = false;
            Frames = 0;
        }
    }
}
