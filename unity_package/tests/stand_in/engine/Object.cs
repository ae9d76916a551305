using System;
using System.Collections.Generic;
using StandIn;

namespace UnityEngine
{
    // Runtime/Export/Scripting/UnityEngineObject.bindings.cs
    [Flags]
    public enum HideFlags
    {
        None = 0,
        HideInHierarchy = 1,
        HideInInspector = 2,
        DontSaveInEditor = 4,
        NotEditable = 8,
        DontSaveInBuild = 16,
        DontUnloadUnusedAsset = 32,
        DontSave = 4 + 16 + 32,
        HideAndDontSave = 1 + 4 + 8 + 16 + 32,
    }

    // Runtime/Export/Scripting/UnityEngineObject.bindings.cs
    public enum FindObjectsSortMode
    {
        None = 0,
        InstanceID = 1,
    }

    // Runtime/Export/Scripting/UnityEngineObject.bindings.cs
    public class Object
    {
        internal bool IsDestroyed;

        public Object()
        {
            Game.Objects.Add(this);
        }

        public string name { get; set; } = "";
        public HideFlags hideFlags { get; set; }

        public static void Destroy(Object obj)
        {
            if (!Game.IsPlaying) throw new InvalidOperationException("Destroy may not be called from edit mode!");
            Game.Doomed.Add(obj);
        }

        public static void DestroyImmediate(Object obj)
        {
            Game.DestroyNow(obj);
        }

        public static T[] FindObjectsByType<T>(FindObjectsSortMode sortMode) where T : Object
        {
            var found = new List<T>();
            foreach (var thing in Game.Objects)
            {
                var component = thing as Component;
                if (thing is T && !ReferenceEquals(component, null) && component.gameObject.activeInHierarchy) found.Add((T)thing);
            }
            return found.ToArray();
        }

        public static void DontDestroyOnLoad(Object target)
        {
            Game.Lasting.Add(target);
        }

        public static bool operator ==(Object x, Object y)
        {
            var isXNull = ReferenceEquals(x, null) || x.IsDestroyed;
            var isYNull = ReferenceEquals(y, null) || y.IsDestroyed;
            return isXNull || isYNull ? isXNull && isYNull : ReferenceEquals(x, y);
        }

        public static bool operator !=(Object x, Object y)
        {
            return !(x == y);
        }

        public static implicit operator bool(Object exists)
        {
            return exists != null;
        }

        public override bool Equals(object other)
        {
            return this == other as Object;
        }

        public override int GetHashCode()
        {
            return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
        }

        internal virtual void OnObjectDestroyed()
        {
        }
    }

    // Runtime/Export/Scripting/ScriptableObject.bindings.cs
    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>() where T : ScriptableObject
        {
            return (T)Activator.CreateInstance(typeof(T), true);
        }
    }

    // Runtime/Export/Scripting/Component.bindings.cs
    public class Component : Object
    {
        public GameObject gameObject { get; internal set; }
        public Transform transform => gameObject.transform;

        public T GetComponent<T>()
        {
            return gameObject.GetComponent<T>();
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive)
        {
            var found = new List<T>();
            Collect(transform, found);
            return found.ToArray();
        }

        public T GetComponentInParent<T>()
        {
            for (var at = transform; at != null; at = at.parent)
            {
                var component = at.gameObject.GetComponent<T>();
                if (component != null) return component;
            }
            return default(T);
        }

        private static void Collect<T>(Transform at, List<T> found)
        {
            foreach (var component in at.gameObject.Components)
                if (component is T) found.Add((T)(object)component);
            foreach (var child in at.Children) Collect(child, found);
        }
    }

    // Runtime/Export/Scripting/Behaviour.bindings.cs
    public class Behaviour : Component
    {
        private bool _enabled = true;

        public bool enabled
        {
            get { return _enabled; }
            set
            {
                if (value == _enabled) return;
                _enabled = value;
                if (this is MonoBehaviour && gameObject.activeSelf) Game.Send(this, value ? "OnEnable" : "OnDisable");
            }
        }

        public bool isActiveAndEnabled => _enabled && gameObject.activeSelf && !IsDestroyed;
    }

    // Runtime/Export/Scripting/MonoBehaviour.bindings.cs
    public class MonoBehaviour : Behaviour
    {
        public bool useGUILayout { get; set; } = true;

        internal override void OnObjectDestroyed()
        {
            if (enabled && gameObject.activeSelf) Game.Send(this, "OnDisable");
            Game.Send(this, "OnDestroy");
        }
    }

    // Runtime/Export/BaseClass.cs
    public enum PrimitiveType
    {
        Cube = 3,
        Quad = 5,
    }

    // Runtime/Export/Scripting/GameObject.bindings.cs
    public sealed class GameObject : Object
    {
        internal readonly List<Component> Components = new List<Component>();

        public GameObject() : this("")
        {
        }

        public GameObject(string name)
        {
            this.name = name;
            transform = new Transform { gameObject = this };
        }

        public Transform transform { get; }
        public string tag { get; set; } = "Untagged";
        public int layer { get; set; }
        public bool activeSelf { get; private set; } = true;
        public bool activeInHierarchy => activeSelf && (transform.parent == null || transform.parent.gameObject.activeInHierarchy);

        public T AddComponent<T>() where T : Component
        {
            var component = (T)Activator.CreateInstance(typeof(T), true);
            component.gameObject = this;
            Components.Add(component);
            if (component is MonoBehaviour)
            {
                Game.Send(component, "Awake");
                Game.Send(component, "OnEnable");
            }
            return component;
        }

        public T GetComponent<T>()
        {
            foreach (var component in Components)
                if (component is T) return (T)(object)component;
            return default(T);
        }

        public static GameObject CreatePrimitive(PrimitiveType type)
        {
            var primitive = new GameObject(type.ToString());
            primitive.AddComponent<Renderer>();
            return primitive;
        }

        public void SetActive(bool value)
        {
            if (value == activeSelf) return;
            activeSelf = value;
            foreach (var component in Components)
            {
                var script = component as MonoBehaviour;
                if (!ReferenceEquals(script, null) && script.enabled) Game.Send(script, value ? "OnEnable" : "OnDisable");
            }
        }

        internal override void OnObjectDestroyed()
        {
            foreach (var component in Components.ToArray()) Game.DestroyNow(component);
            Game.DestroyNow(transform);
        }
    }

    // Runtime/Export/Layers/LayerMask.bindings.cs
    public struct LayerMask
    {
        public int value { get; set; }

        public static implicit operator LayerMask(int intVal)
        {
            return new LayerMask { value = intVal };
        }
    }
}
