using System;
using System.Collections.Generic;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Moves every running engine once a frame, and ends them all when the game or its code goes away.</summary>
    [AddComponentMenu("")]
    internal sealed class EngineLoop : MonoBehaviour
    {
        private static readonly List<LSDStreamEngine> Running = new List<LSDStreamEngine>();
        private static EngineLoop _instance;

        /// <summary>The engines that exist, oldest first.</summary>
        public static IList<LSDStreamEngine> Engines => Running;

        public static void Add(LSDStreamEngine engine)
        {
            Running.Add(engine);
            // In edit mode the editor assembly calls TickAll.
            if (_instance != null || !Application.isPlaying) return;
            var owner = new GameObject("MirageLSD") { hideFlags = HideFlags.HideAndDontSave };
            DontDestroyOnLoad(owner); // a scene change does not end a stream
            _instance = owner.AddComponent<EngineLoop>();
        }

        public static void Remove(LSDStreamEngine engine)
        {
            Running.Remove(engine);
        }

        public static void TickAll()
        {
            for (var i = Running.Count - 1; i >= 0; i--)
                if (i < Running.Count) // a listener may have disposed several
                    Running[i].Tick();
        }

        /// <summary>Before the domain is reloaded, when Play ends, when the program ends.</summary>
        public static void DisposeAll()
        {
            while (Running.Count > 0) Running[Running.Count - 1].Dispose();
            if (_instance != null) Scrap.Destroy(_instance.gameObject);
            _instance = null;
        }

        // Also with Fast Enter Play Mode, which keeps the statics of the last time.
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        private static void OnEnterPlayMode()
        {
            DisposeAll();
            Application.quitting -= DisposeAll;
            Application.quitting += DisposeAll;
        }

        private void LateUpdate()
        {
            TickAll();
        }
    }
}
