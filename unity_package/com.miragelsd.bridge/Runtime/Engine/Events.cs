using System;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Calls listeners; one that throws costs itself a console entry and the engine nothing.</summary>
    internal static class Events
    {
        public static void Raise(Action listeners)
        {
            if (listeners == null) return;
            foreach (Action listener in listeners.GetInvocationList())
            {
                try
                {
                    listener();
                }
                catch (Exception error)
                {
                    Debug.LogException(error);
                }
            }
        }

        public static void Raise<T>(Action<T> listeners, T value)
        {
            if (listeners == null) return;
            foreach (Action<T> listener in listeners.GetInvocationList())
            {
                try
                {
                    listener(value);
                }
                catch (Exception error)
                {
                    Debug.LogException(error);
                }
            }
        }
    }
}
