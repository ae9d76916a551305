using System.Collections.Generic;

namespace MirageLSD
{
    /// <summary>What was asked of the picture; kept to be asked again of a stream that is opened anew.</summary>
    internal sealed class StreamControls
    {
        public readonly Dictionary<string, string> Texts = new Dictionary<string, string>();
        public readonly Dictionary<string, float> Numbers = new Dictionary<string, float>();
        public readonly Dictionary<string, bool> Flags = new Dictionary<string, bool>();
        public long? Seed;

        public bool IsEmpty => Texts.Count == 0 && Numbers.Count == 0 && Flags.Count == 0 && !Seed.HasValue;

        public void Merge(StreamControls newer)
        {
            foreach (var pair in newer.Texts) Texts[pair.Key] = pair.Value;
            foreach (var pair in newer.Numbers) Numbers[pair.Key] = pair.Value;
            foreach (var pair in newer.Flags) Flags[pair.Key] = pair.Value;
            if (newer.Seed.HasValue) Seed = newer.Seed;
        }
    }
}
