using System;

namespace UnityEngine.Events
{
    // Runtime/Export/UnityEvent/UnityEvent_0.cs
    public delegate void UnityAction();

    [Serializable]
    public class UnityEvent
    {
        private UnityAction _calls;

        public void AddListener(UnityAction call)
        {
            _calls += call;
        }

        public void Invoke()
        {
            if (_calls != null) _calls();
        }
    }

    // Runtime/Export/UnityEvent/UnityEvent_1.cs
    public delegate void UnityAction<T0>(T0 arg0);

    [Serializable]
    public class UnityEvent<T0>
    {
        private UnityAction<T0> _calls;

        public void AddListener(UnityAction<T0> call)
        {
            _calls += call;
        }

        public void Invoke(T0 arg0)
        {
            if (_calls != null) _calls(arg0);
        }
    }
}

namespace Unity.Profiling
{
    // Runtime/Export/Profiler/ProfilerMarker.cs
    public struct ProfilerMarker
    {
        public ProfilerMarker(string name)
        {
        }

        public AutoScope Auto()
        {
            return new AutoScope();
        }

        public struct AutoScope : IDisposable
        {
            public void Dispose()
            {
            }
        }
    }
}
