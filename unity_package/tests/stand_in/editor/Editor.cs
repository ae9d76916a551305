using System;
using System.Collections.Generic;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEditor
{
    // Editor/Mono/AssemblyReloadEvents.cs
    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();

        public static event AssemblyReloadCallback beforeAssemblyReload;

        internal static void Reload()
        {
            if (beforeAssemblyReload != null) beforeAssemblyReload();
        }
    }

    // Editor/Mono/EditorApplication.cs
    public enum PlayModeStateChange
    {
        EnteredEditMode,
        ExitingEditMode,
        EnteredPlayMode,
        ExitingPlayMode,
    }

    // Editor/Mono/EditorApplication.cs
    public sealed class EditorApplication
    {
        public delegate void CallbackFunction();

        public static CallbackFunction update;

        public static double timeSinceStartup => StandIn.Game.Seconds;

        /// <summary>Not Unity's: how often a frame of the game was asked for in edit mode.</summary>
        internal static int QueuedFrames;

        public static void QueuePlayerLoopUpdate()
        {
            QueuedFrames++;
        }

        /// <summary>Those of Unity's own items that the package uses.</summary>
        public static bool ExecuteMenuItem(string menuItemPath)
        {
            if (menuItemPath != "GameObject/Light/Directional Light") return false;
            var light = new GameObject("Directional Light").AddComponent<Light>();
            light.type = LightType.Directional;
            Selection.activeGameObject = light.gameObject;
            return true;
        }

        public static event Action quitting;
        public static event Action<PlayModeStateChange> playModeStateChanged;

        internal static void ChangePlayMode(PlayModeStateChange change)
        {
            if (playModeStateChanged != null) playModeStateChanged(change);
        }

        internal static void Quit()
        {
            if (quitting != null) quitting();
        }
    }

    // Editor/Mono/EditorAssemblies.cs
    [AttributeUsage(AttributeTargets.Class)]
    public class InitializeOnLoadAttribute : Attribute
    {
    }

    // Editor/Mono/EditorAssemblies.cs
    [AttributeUsage(AttributeTargets.Method)]
    public class InitializeOnLoadMethodAttribute : Attribute
    {
    }

    // Editor/Mono/MenuItem.cs
    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class MenuItem : Attribute
    {
        public MenuItem(string itemName)
        {
            menuItem = itemName;
        }

        public MenuItem(string itemName, bool isValidateFunction, int priority) : this(itemName)
        {
        }

        public readonly string menuItem;
    }

    // Editor/Mono/EditorGUIUtility.bindings.cs
    public static class SessionState
    {
        private static readonly Dictionary<string, object> Values = new Dictionary<string, object>();

        public static void SetInt(string key, int value)
        {
            Values[key] = value;
        }

        public static int GetInt(string key, int defaultValue)
        {
            return Values.ContainsKey(key) ? (int)Values[key] : defaultValue;
        }

        public static void EraseInt(string key)
        {
            Values.Remove(key);
        }

        public static void SetString(string key, string value)
        {
            Values[key] = value;
        }

        public static string GetString(string key, string defaultValue)
        {
            return Values.ContainsKey(key) ? (string)Values[key] : defaultValue;
        }

        public static void EraseString(string key)
        {
            Values.Remove(key);
        }
    }

    // Editor/Mono/EditorPrefs.bindings.cs
    public class EditorPrefs
    {
        private static readonly Dictionary<string, string> Values = new Dictionary<string, string>();

        public static void SetString(string key, string value)
        {
            Values[key] = value;
        }

        public static string GetString(string key, string defaultValue)
        {
            return Values.ContainsKey(key) ? Values[key] : defaultValue;
        }
    }

    // Editor/Mono/Settings/SettingsProvider.cs, SettingsService.cs
    public enum SettingsScope
    {
        User = 0,
        Project = 1,
    }

    [AttributeUsage(AttributeTargets.Method)]
    public class SettingsProviderAttribute : Attribute
    {
    }

    public class SettingsProvider
    {
        public SettingsProvider(string path, SettingsScope scopes, IEnumerable<string> keywords = null)
        {
            settingsPath = path;
            this.keywords = keywords;
        }

        public string settingsPath { get; }
        public string label { get; set; }
        public IEnumerable<string> keywords { get; set; }
        public Action<string> guiHandler { get; set; }
    }

    // Editor/Mono/Settings/SettingsService.cs
    public static class SettingsService
    {
        public static EditorWindow OpenProjectSettings(string settingsPath = null)
        {
            return null;
        }
    }

    // Editor/Mono/EditorWindow.cs
    public class EditorWindow : ScriptableObject
    {
        public static T GetWindow<T>(string title) where T : EditorWindow
        {
            return CreateInstance<T>();
        }

        public void Repaint()
        {
        }
    }

    // Editor/Mono/Inspector/Editor.cs, Editor/Mono/Inspector/Core/CustomEditor.cs
    public class Editor : ScriptableObject
    {
        public Object target { get; set; }

        public bool DrawDefaultInspector()
        {
            return false;
        }

        public virtual void OnInspectorGUI()
        {
        }

        public virtual bool RequiresConstantRepaint()
        {
            return false;
        }
    }

    public sealed class CanEditMultipleObjects : Attribute
    {
    }

    public class CustomEditor : Attribute
    {
        public CustomEditor(Type inspectedType)
        {
            Inspected = inspectedType;
        }

        internal readonly Type Inspected;
    }

    // Editor/Mono/SerializedObject.bindings.cs, SerializedProperty.bindings.cs
    public class SerializedObject
    {
        private readonly Object _target;

        public SerializedObject(Object obj)
        {
            _target = obj;
        }

        public void Update()
        {
        }

        public bool ApplyModifiedProperties()
        {
            return false;
        }

        public SerializedProperty FindProperty(string propertyPath)
        {
            return _target.GetType().GetField(propertyPath) == null ? null : new SerializedProperty();
        }
    }

    public class SerializedProperty
    {
    }

    // Editor/Mono/Selection.bindings.cs
    public sealed class Selection
    {
        public static GameObject activeGameObject { get; set; }
    }

    // Editor/Mono/Undo/Undo.bindings.cs
    public class Undo
    {
        internal static readonly List<Object> Created = new List<Object>();

        public static void RegisterCreatedObjectUndo(Object objectToUndo, string name)
        {
            Created.Add(objectToUndo);
        }

        public static void RecordObject(Object objectToUndo, string name)
        {
            var values = new Dictionary<System.Reflection.FieldInfo, object>();
            const System.Reflection.BindingFlags all = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
            foreach (var field in objectToUndo.GetType().GetFields(all))
                if (field.IsPublic || field.GetCustomAttributes(typeof(SerializeField), false).Length > 0) values[field] = field.GetValue(objectToUndo);
            Recorded.Push(() =>
            {
                foreach (var pair in values) pair.Key.SetValue(objectToUndo, pair.Value);
            });
        }

        private static readonly Stack<Action> Recorded = new Stack<Action>();

        /// <summary>What is serialized is as it was before the newest record.</summary>
        public static void PerformUndo()
        {
            Recorded.Pop()();
        }

        public static T AddComponent<T>(GameObject gameObject) where T : Component
        {
            return gameObject.AddComponent<T>();
        }
    }

    // Editor/Mono/EditorUtility.bindings.cs
    public partial class EditorUtility
    {
        public static string OpenFilePanel(string title, string directory, string extension)
        {
            return "";
        }
    }

    // Modules/AssetDatabase/Editor/ScriptBindings/AssetDatabase.bindings.cs
    public sealed class AssetDatabase
    {
        public static bool IsValidFolder(string path)
        {
            return false;
        }

        public static string CreateFolder(string parentFolder, string newFolderName)
        {
            return "guid";
        }

        public static void CreateAsset(Object asset, string path)
        {
            StandIn.Game.Resources[System.IO.Path.GetFileNameWithoutExtension(path)] = asset;
        }
    }
}
