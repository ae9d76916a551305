using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Starts and stops the local daemon.</summary>
    internal sealed class DaemonPanel
    {
        private string _problem = "";

        public void Draw()
        {
            EditorGUILayout.LabelField("Daemon", EditorStyles.boldLabel);
            var isRunning = LocalDaemon.IsRunning;
            EditorGUILayout.LabelField("Address", LSDSettings.Connection.Endpoint);
            EditorGUILayout.LabelField("State", isRunning ? "started by this editor" : "not started by this editor");
            EditorPreferences.Model = EditorGUILayout.TextField("Model", EditorPreferences.Model);
            EditorGUILayout.BeginHorizontal();
            if (!isRunning && GUILayout.Button("Start")) Start();
            if (isRunning && GUILayout.Button("Stop")) LocalDaemon.Stop();
            if (GUILayout.Button("Settings")) SettingsService.OpenProjectSettings("Project/MirageLSD");
            EditorGUILayout.EndHorizontal();
            if (_problem != "") EditorGUILayout.HelpBox(_problem, MessageType.Error);
            // A daemon that ended by itself has said why in its log.
            if (isRunning || _problem != "") return;
            var tail = LocalDaemon.Tail(400);
            if (tail.Contains("rror")) EditorGUILayout.HelpBox(tail, MessageType.Warning);
        }

        private void Start()
        {
            _problem = LocalDaemon.Start(
                EditorPreferences.Python, LSDSettings.Connection.Endpoint, EditorPreferences.Model, EditorPreferences.Device);
        }
    }
}
