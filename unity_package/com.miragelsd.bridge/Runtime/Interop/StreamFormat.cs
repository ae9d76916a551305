using System;

namespace MirageLSD
{
    /// <summary>What a stream is opened with. Another value of any field means another stream.</summary>
    internal struct StreamFormat : IEquatable<StreamFormat>
    {
        public string Model;
        public int Width, Height;
        public bool HasDepth, HasMotion, HasNormals, HasIds;
        public bool HasEngineAlpha;
        public int OutputWidth, OutputHeight;
        public NativeFormat OutputFormat;

        /// <summary>Contexts come back, and the engine paints; else pictures.</summary>
        public bool IsContext => OutputFormat == NativeFormat.Context;

        public int MaxSteps;
        public int Seed;

        /// <summary>What the daemon is told; another rate alone needs no other stream, because the capture keeps it.</summary>
        public float Fps;

        public bool Equals(StreamFormat other)
        {
            return Model == other.Model && Width == other.Width && Height == other.Height && HasDepth == other.HasDepth &&
                   HasMotion == other.HasMotion && HasNormals == other.HasNormals && HasIds == other.HasIds && HasEngineAlpha == other.HasEngineAlpha &&
                   OutputWidth == other.OutputWidth && OutputHeight == other.OutputHeight && OutputFormat == other.OutputFormat && MaxSteps == other.MaxSteps && Seed == other.Seed;
        }

        public override bool Equals(object other)
        {
            return other is StreamFormat && Equals((StreamFormat)other);
        }

        public override int GetHashCode()
        {
            return Width * 4099 + Height;
        }
    }
}
