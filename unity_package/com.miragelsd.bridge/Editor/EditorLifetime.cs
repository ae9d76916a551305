using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Ends engines before the editor takes their code or their game away, and moves those of edit mode.</summary>
    [InitializeOnLoad]
    internal static class EditorLifetime
    {
        static EditorLifetime()
        {
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
        }

        private static void OnUpdate()
        {
            if (!Application.isPlaying) EngineLoop.TickAll();
        }
    }
}
