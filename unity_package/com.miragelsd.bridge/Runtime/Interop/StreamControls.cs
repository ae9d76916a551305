using System.Collections.Generic;

namespace MirageLSD
{
    /// <summary>What was asked of the picture; kept to be asked again of a stream that is opened anew.</summary>
    internal sealed class StreamControls
    {
        public readonly Dictionary<string, string> Texts = new Dictionary<string, string>();
        public long? Seed;

        public bool IsEmpty => Texts.Count == 0 && !Seed.HasValue;

        public void Merge(StreamControls newer)
        {
            foreach (var pair in newer.Texts) Texts[pair.Key] = pair.Value;
            if (newer.Seed.HasValue) Seed = newer.Seed;
        }
    }
}
