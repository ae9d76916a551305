using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>The component's own fields, and while it plays what the stream is doing.</summary>
    [CustomEditor(typeof(LSDCamera))]
    [CanEditMultipleObjects]
    internal sealed class LSDCameraEditor : Editor
    {
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector(); // what it changes the component sees in its next frame
            var camera = (LSDCamera)target;
            EditorGUILayout.Space();
            EditorGUILayout.HelpBox(State(camera), MessageType.Info);
            if (GUILayout.Button("Open the MirageLSD window")) LSDWindow.Open();
        }

        public override bool RequiresConstantRepaint()
        {
            return Application.isPlaying;
        }

        private static string State(LSDCamera camera)
        {
            var engine = camera.Engine;
            if (engine == null) return "Runs in Play mode.";
            if (!engine.IsConnected)
                return "Looking for the daemon at " + LSDSettings.Connection.Endpoint + "." + (engine.IsShading ? " Painted " + engine.ShadingState + "." : "");
            var stats = engine.Stats;
            return stats.Fps.ToString("0.0") + " frames a second, latency " + stats.LatencyMsP50.ToString("0") + " ms (p95 " +
                   stats.LatencyMsP95.ToString("0") + " ms), painted " + engine.ShadingState + ".";
        }
    }
}
