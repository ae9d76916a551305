namespace MirageLSD
{
    /// <summary>Decides which engine frames are captured: no more than asked for, and none that the daemon would drop.</summary>
    /// <remarks>
    /// Motion vectors reach back to the last captured frame, so a frame that is dropped on the way would make the next one's
    /// wrong, and a frame that queues is latency. One frame is under way at a time; a second one when the daemon keeps up.
    /// </remarks>
    internal sealed class FramePacing
    {
        // A frame without an answer for so long is lost (the daemon went away).
        private const float LostSeconds = 1f;
        // Engine frames don't fall on the wanted instants: a little early is on time.
        private const float EarlyShare = 0.25f;

        private double _last = double.NegativeInfinity;
        private double _due = double.NegativeInfinity;

        /// <summary>Frames that were captured and have no answer yet.</summary>
        public int UnderWay { get; private set; }

        /// <param name="fps">0: as many as come back.</param>
        /// <param name="daemonSeconds">The time that the daemon spends on a frame.</param>
        public bool IsDue(double now, float fps, float daemonSeconds)
        {
            var period = fps > 0f ? 1f / fps : 0f;
            if (now < _due - EarlyShare * period) return false;
            if (now - _last > LostSeconds) UnderWay = 0;
            return UnderWay < (daemonSeconds < period ? 2 : 1);
        }

        public void Captured(double now, float fps)
        {
            var period = fps > 0f ? 1f / fps : 0f;
            // From the instant it was due, else the rate would fall to the next divisor of the engine's own.
            _due = now - _due > period ? now + period : _due + period;
            _last = now;
            UnderWay++;
        }

        public void Answered()
        {
            if (UnderWay > 0) UnderWay--;
        }

        public void Forget()
        {
            UnderWay = 0;
        }
    }
}
