using System;
using System.Collections.Generic;
using UnityEngine;

namespace UnityEditor
{
    // Editor/Mono/EditorGUIUtility.bindings.cs
    public enum MessageType
    {
        None = 0,
        Info = 1,
        Warning = 2,
        Error = 3,
    }

    // Editor/Mono/GUI/EditorStyles.cs
    public sealed class EditorStyles
    {
        public static GUIStyle boldLabel { get; } = new GUIStyle();
    }

    // Editor/Mono/EditorGUI.cs, Editor/Mono/GUI/InternalEditorGUI.cs
    public sealed class EditorGUI
    {
        private static int _open;

        public static void DrawRect(Rect rect, Color color)
        {
        }

        public static void DrawPreviewTexture(Rect position, Texture image, Material mat, ScaleMode scaleMode)
        {
            StandInGui.Seen.Add("preview");
        }

        public static void BeginDisabledGroup(bool disabled)
        {
            _open++;
        }

        public static void EndDisabledGroup()
        {
            if (--_open < 0) throw new InvalidOperationException("EndDisabledGroup without a beginning.");
        }

        public static void BeginChangeCheck()
        {
            _open++;
        }

        public static bool EndChangeCheck()
        {
            if (--_open < 0) throw new InvalidOperationException("EndChangeCheck without a beginning.");
            return StandInGui.IsChanged;
        }
    }

    // Editor/Mono/EditorGUI.cs (EditorGUILayout)
    public sealed class EditorGUILayout
    {
        public static void LabelField(string label, params GUILayoutOption[] options)
        {
            StandInGui.Seen.Add(label);
        }

        public static void LabelField(string label, GUIStyle style, params GUILayoutOption[] options)
        {
            StandInGui.Seen.Add(label);
        }

        public static void LabelField(string label, string label2, params GUILayoutOption[] options)
        {
            StandInGui.Seen.Add(label + ": " + label2);
        }

        public static string TextField(string label, string text, params GUILayoutOption[] options)
        {
            string typed;
            return StandInGui.Typed.TryGetValue(label, out typed) ? typed : text;
        }

        public static string PasswordField(string label, string password, params GUILayoutOption[] options)
        {
            return TextField(label, password, options);
        }

        public static float Slider(string label, float value, float leftValue, float rightValue, params GUILayoutOption[] options)
        {
            string typed;
            return StandInGui.Typed.TryGetValue(label, out typed) ? float.Parse(typed, System.Globalization.CultureInfo.InvariantCulture) : value;
        }

        public static int Popup(string label, int selectedIndex, string[] displayedOptions, params GUILayoutOption[] options)
        {
            return StandInGui.Typed.ContainsKey(label) ? Array.IndexOf(displayedOptions, StandInGui.Typed[label]) : selectedIndex;
        }

        public static bool Toggle(string label, bool value, params GUILayoutOption[] options)
        {
            return StandInGui.Typed.ContainsKey(label) ? StandInGui.Typed[label] == "on" : value;
        }

        public static void HelpBox(string message, MessageType type)
        {
            StandInGui.Seen.Add(message);
        }

        public static bool PropertyField(SerializedProperty property, params GUILayoutOption[] options)
        {
            if (property == null) throw new ArgumentNullException(nameof(property));
            return false;
        }

        public static void Space()
        {
        }

        public static Rect BeginHorizontal(params GUILayoutOption[] options)
        {
            return new Rect();
        }

        public static void EndHorizontal()
        {
        }

        public static Vector2 BeginScrollView(Vector2 scrollPosition, params GUILayoutOption[] options)
        {
            return scrollPosition;
        }

        public static void EndScrollView()
        {
        }
    }

    /// <summary>Not Unity's: what a test sees, types and presses.</summary>
    internal static class StandInGui
    {
        public static readonly List<string> Seen = new List<string>();
        public static readonly Dictionary<string, string> Typed = new Dictionary<string, string>();
        public static bool IsChanged { get; set; }
    }
}
