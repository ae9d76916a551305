using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Window > MirageLSD.</summary>
    internal sealed class LSDWindow : EditorWindow
    {
        private readonly DaemonPanel _daemon = new DaemonPanel();
        private readonly StreamPanel _stream = new StreamPanel();
        private readonly ThemePanel _theme = new ThemePanel();
        private Vector2 _scroll;

        [MenuItem("Window/MirageLSD")]
        public static void Open()
        {
            GetWindow<LSDWindow>("MirageLSD");
        }

        /// <summary>What the window shows: the engine that was made first.</summary>
        public static LSDStreamEngine Engine => EngineLoop.Engines.Count > 0 ? EngineLoop.Engines[0] : null;

        private void OnGUI()
        {
            _scroll = EditorGUILayout.BeginScrollView(_scroll);
            _daemon.Draw();
            EditorGUILayout.Space();
            _stream.Draw(Engine);
            EditorGUILayout.Space();
            _theme.Draw(Engine);
            EditorGUILayout.EndScrollView();
        }

        // Ten times a second, which is enough for a graph and cheap.
        private void OnInspectorUpdate()
        {
            _daemon.Sample();
            _stream.Sample(Engine);
            Repaint();
        }
    }
}
