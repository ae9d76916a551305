using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Ends engines before the editor takes their code or their game away, and moves those of edit mode.</summary>
    [InitializeOnLoad]
    internal static class EditorLifetime
    {
        private const double LookSeconds = 0.25;

        private static double _nextLook;

        static EditorLifetime()
        {
            LSDSettings.Secrets = () => new[] { EditorPreferences.Token, EditorPreferences.ClientSecretKey };
            AssemblyReloadEvents.beforeAssemblyReload += EngineLoop.DisposeAll;
            EditorApplication.playModeStateChanged += OnPlayModeChanged;
            EditorApplication.quitting += OnQuit;
            EditorApplication.update += OnUpdate;
        }

        private static void OnPlayModeChanged(PlayModeStateChange change)
        {
            // Also with Fast Enter Play Mode, which reloads nothing.
            if (change == PlayModeStateChange.ExitingPlayMode || change == PlayModeStateChange.ExitingEditMode) EngineLoop.DisposeAll();
        }

        private static void OnQuit()
        {
            EngineLoop.DisposeAll();
            LocalDaemon.Stop();
            DaemonTools.Stop();
        }

        private static void OnUpdate()
        {
            LookAfterDaemon();
            if (Application.isPlaying) return;
            EngineLoop.TickAll();
            // In edit mode nothing is rendered and nothing read back unless it is asked for.
            foreach (var engine in EngineLoop.Engines)
                if (engine.IsCapturing && engine.IsConnected) EditorApplication.QueuePlayerLoopUpdate();
        }

        private static void LookAfterDaemon()
        {
            if (EditorApplication.timeSinceStartup < _nextLook) return;
            _nextLook = EditorApplication.timeSinceStartup + LookSeconds;
            LocalDaemon.Tick();
            DaemonTools.Tick();
        }
    }
}
