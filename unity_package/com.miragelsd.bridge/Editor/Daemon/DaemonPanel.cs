using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Starts and stops the local daemon, installs it, and shows what it says.</summary>
    internal sealed class DaemonPanel
    {
        private const int LogCharacters = 3000;

        // Sampled some times a second: files and processes are not looked at for every event of the window.
        private string _endpoint = "", _problem = "", _result = "", _log = "";
        private bool _isRunning, _isBusy, _showsLog;

        public void Sample()
        {
            _endpoint = LSDSettings.Connection.Endpoint;
            _isRunning = LocalDaemon.IsRunning;
            _problem = LocalDaemon.Problem;
            _isBusy = DaemonTools.IsBusy;
            _result = _isBusy ? DaemonTools.Output : DaemonTools.Result;
            _log = _showsLog ? LocalDaemon.Tail(LogCharacters) : "";
        }

        public void Draw()
        {
            EditorGUILayout.LabelField("Daemon", EditorStyles.boldLabel);
            EditorGUILayout.LabelField("Address", _endpoint);
            EditorGUILayout.LabelField("State", _isRunning ? "started by this editor" : "not started by this editor");
            EditorPreferences.Model = EditorGUILayout.TextField("Model", EditorPreferences.Model);
            EditorGUILayout.BeginHorizontal();
            if (!_isRunning && GUILayout.Button("Start")) LocalDaemon.Start();
            if (_isRunning && GUILayout.Button("Stop")) LocalDaemon.Stop();
            if (!_isBusy && GUILayout.Button("Install")) DaemonTools.Install();
            if (!_isBusy && GUILayout.Button("Doctor")) DaemonTools.AskDoctor();
            if (_isBusy && GUILayout.Button("Cancel")) DaemonTools.Stop();
            if (GUILayout.Button("Settings")) SettingsService.OpenProjectSettings("Project/MirageLSD");
            EditorGUILayout.EndHorizontal();
            if (_problem != "") EditorGUILayout.HelpBox(_problem, MessageType.Error);
            if (_result != "") EditorGUILayout.HelpBox(_result, MessageType.Info);
            _showsLog = EditorGUILayout.Toggle("Log", _showsLog);
            if (_log != "") EditorGUILayout.HelpBox(_log, MessageType.None);
        }
    }
}
