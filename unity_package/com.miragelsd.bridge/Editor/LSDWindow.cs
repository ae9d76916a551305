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

        private int _chosen;
        private string[] _names = new string[0]; // as of the last sample: a layout does not change while it is drawn

        /// <summary>What the window shows: one of the engines, oldest first.</summary>
        public LSDStreamEngine Engine =>
            _chosen < EngineLoop.Engines.Count ? EngineLoop.Engines[_chosen] : EngineLoop.Engines.Count > 0 ? EngineLoop.Engines[0] : null;

        private void OnGUI()
        {
            _scroll = EditorGUILayout.BeginScrollView(_scroll);
            _daemon.Draw();
            EditorGUILayout.Space();
            if (_names.Length > 1) _chosen = EditorGUILayout.Popup("Stream", Mathf.Min(_chosen, _names.Length - 1), _names);
            _stream.Draw(Engine);
            EditorGUILayout.Space();
            _theme.Draw(Engine);
            EditorGUILayout.EndScrollView();
        }

        // Ten times a second, which is enough for a graph and cheap.
        private void OnInspectorUpdate()
        {
            _daemon.Sample();
            _names = new string[EngineLoop.Engines.Count];
            for (var i = 0; i < _names.Length; i++) _names[i] = i + 1 + ": " + EngineLoop.Engines[i].Title;
            _stream.Sample(Engine);
            Repaint();
        }
    }
}
