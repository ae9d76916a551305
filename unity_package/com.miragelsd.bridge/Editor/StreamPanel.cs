using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Connection, figures, latency graph and preview of one engine.</summary>
    internal sealed class StreamPanel
    {
        private const float GraphHeight = 60f, MaxPreviewHeight = 240f;

        private readonly LatencyGraph _graph = new LatencyGraph();

        public void Sample(LSDStreamEngine engine)
        {
            _graph.Add(engine == null ? 0f : engine.Stats.LatencyMsP50);
        }

        public void Draw(LSDStreamEngine engine)
        {
            EditorGUILayout.LabelField("Stream", EditorStyles.boldLabel);
            if (engine == null)
            {
                EditorGUILayout.HelpBox("Press Play with an LSD Camera in the scene.", MessageType.Info);
                return;
            }
            var stats = engine.Stats;
            float fraction;
            var busy = engine.Progress(out fraction);
            if (busy != "") EditorGUILayout.LabelField("Daemon is busy", busy + ", " + (100f * fraction).ToString("0") + " %");
            EditorGUILayout.LabelField("Connection", engine.IsConnected ? "connected, " + stats.Transport : "looking for the daemon");
            EditorGUILayout.LabelField("Model", engine.Model);
            EditorGUILayout.LabelField("Painted", engine.ShadingState);
            EditorGUILayout.LabelField("Frames per second", stats.Fps.ToString("0.0"));
            EditorGUILayout.LabelField("Latency p50 / p95", stats.LatencyMsP50.ToString("0") + " / " + stats.LatencyMsP95.ToString("0") + " ms");
            EditorGUILayout.LabelField("Dropped / skipped", stats.Dropped + " / " + stats.Skipped);
            _graph.Draw(GUILayoutUtility.GetRect(10f, 10000f, GraphHeight, GraphHeight));
            var texture = engine.OutputTexture;
            if (texture == null) return;
            var area = GUILayoutUtility.GetAspectRect((float)texture.width / texture.height, GUILayout.MaxHeight(MaxPreviewHeight));
            EditorGUI.DrawPreviewTexture(area, texture, null, ScaleMode.ScaleToFit);
        }
    }
}
