using UnityEngine;

namespace MirageLSD
{
    /// <summary>A finished frame, as FrameReady tells it.</summary>
    public struct LSDFrame
    {
        /// <summary>The texture that holds it now.</summary>
        public Texture Texture;

        /// <summary>Number of the captured frame that it was made from.</summary>
        public long Number;

        /// <summary>From the engine's picture to this moment, milliseconds.</summary>
        public float LatencyMs;
    }
}
