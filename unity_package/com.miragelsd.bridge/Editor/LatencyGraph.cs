using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>The last latencies as bars, with the 40 ms line.</summary>
    internal sealed class LatencyGraph
    {
        private const int Samples = 120;
        private const float GoalMs = 40f;

        private readonly float[] _values = new float[Samples];
        private int _next;

        public void Add(float milliseconds)
        {
            _values[_next] = milliseconds;
            _next = (_next + 1) % Samples;
        }

        /// <summary>The i-th oldest value.</summary>
        public float this[int i] => _values[(_next + i) % Samples];

        public float Largest
        {
            get
            {
                var largest = 2f * GoalMs;
                foreach (var value in _values) largest = Mathf.Max(largest, value);
                return largest;
            }
        }

        public void Draw(Rect area)
        {
            EditorGUI.DrawRect(area, new Color(0.12f, 0.12f, 0.12f));
            var scale = area.height / Largest;
            var width = area.width / Samples;
            for (var i = 0; i < Samples; i++)
            {
                var height = this[i] * scale;
                var color = this[i] <= GoalMs ? new Color(0.3f, 0.8f, 0.4f) : new Color(0.9f, 0.6f, 0.2f);
                EditorGUI.DrawRect(new Rect(area.x + i * width, area.yMax - height, Mathf.Max(1f, width - 1f), height), color);
            }
            EditorGUI.DrawRect(new Rect(area.x, area.yMax - GoalMs * scale, area.width, 1f), new Color(1f, 1f, 1f, 0.5f));
        }
    }
}
