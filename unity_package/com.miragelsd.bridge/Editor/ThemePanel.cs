using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>The model's controls as the daemon announces them: buttons, text fields, sliders and switches.</summary>
    internal sealed class ThemePanel
    {
        private const string NotConnected = "The model's controls appear here when the daemon is connected.";

        private readonly Dictionary<string, string> _texts = new Dictionary<string, string>();
        private readonly Dictionary<string, float> _numbers = new Dictionary<string, float>();
        private readonly Dictionary<string, bool> _flags = new Dictionary<string, bool>();
        private float _seconds = 2f;
        private LSDStreamEngine _engine;
        private LSDCamera _camera; // whose engine it is; null: a script's

        public void Draw(LSDStreamEngine engine)
        {
            EditorGUILayout.LabelField("Theme", EditorStyles.boldLabel);
            var controls = engine == null ? new LSDControlInfo[0] : engine.Controls;
            if (controls.Length == 0)
            {
                EditorGUILayout.LabelField(NotConnected);
                return;
            }
            _seconds = EditorGUILayout.Slider("Transition (seconds)", _seconds, 0f, 10f);
            if (engine != _engine) _camera = CameraOf(engine);
            _engine = engine;
            foreach (var control in controls) Draw(engine, control);
        }

        private void Draw(LSDStreamEngine engine, LSDControlInfo control)
        {
            // Directions, colors and seeds are set from code.
            switch (control.Kind)
            {
                case LSDControlKind.Choice:
                    DrawChoice(engine, control);
                    break;
                case LSDControlKind.Text:
                    DrawText(engine, control);
                    break;
                case LSDControlKind.Number:
                    DrawNumber(engine, control);
                    break;
                case LSDControlKind.Flag:
                    DrawFlag(engine, control);
                    break;
            }
        }

        private void DrawChoice(LSDStreamEngine engine, LSDControlInfo control)
        {
            EditorGUILayout.LabelField(Label(control.Name));
            EditorGUILayout.BeginHorizontal();
            foreach (var choice in control.Choices)
                if (GUILayout.Button(choice)) Choose(engine, control.Name, choice);
            EditorGUILayout.EndHorizontal();
        }

        private void DrawText(LSDStreamEngine engine, LSDControlInfo control)
        {
            string text;
            if (!_texts.TryGetValue(control.Name, out text)) text = control.DefaultText;
            EditorGUILayout.BeginHorizontal();
            text = _texts[control.Name] = EditorGUILayout.TextField(Label(control.Name), text);
            var isAsked = GUILayout.Button("Go", GUILayout.MaxWidth(40f)) && text != "";
            EditorGUILayout.EndHorizontal();
            if (isAsked) Choose(engine, control.Name, text);
        }

        // What is a field of an LSD Camera is set there: the inspector shows it, and Undo takes it back.
        private void Choose(LSDStreamEngine engine, string control, string value)
        {
            if (_camera != null) Undo.RecordObject(_camera, "MirageLSD " + control);
            if (_camera == null || !_camera.TrySetField(control, value, _seconds)) engine.SetControl(control, value, _seconds);
        }

        private static LSDCamera CameraOf(LSDStreamEngine engine)
        {
            foreach (var camera in Object.FindObjectsByType<LSDCamera>(FindObjectsSortMode.None))
                if (camera.Engine == engine) return camera;
            return null;
        }

        private void DrawNumber(LSDStreamEngine engine, LSDControlInfo control)
        {
            float before;
            if (!_numbers.TryGetValue(control.Name, out before)) before = control.DefaultNumber;
            var isField = _camera != null && control.Name == "strength";
            if (isField) before = _camera.Strength;
            var label = control.Unit == "" ? Label(control.Name) : Label(control.Name) + " (" + control.Unit + ")";
            var number = _numbers[control.Name] = EditorGUILayout.Slider(label, before, control.Minimum, control.Maximum);
            if (number == before) return;
            if (!isField)
            {
                engine.SetControl(control.Name, number);
                return;
            }
            Undo.RecordObject(_camera, "MirageLSD strength");
            _camera.Strength = number;
        }

        private void DrawFlag(LSDStreamEngine engine, LSDControlInfo control)
        {
            bool before;
            if (!_flags.TryGetValue(control.Name, out before)) before = control.DefaultNumber != 0f;
            var isField = _camera != null && control.Name == "bypass";
            if (isField) before = _camera.Bypass;
            var isOn = _flags[control.Name] = EditorGUILayout.Toggle(Label(control.Name), before);
            if (isOn == before) return;
            if (!isField)
            {
                engine.SetControl(control.Name, isOn);
                return;
            }
            Undo.RecordObject(_camera, "MirageLSD bypass");
            _camera.Bypass = isOn;
        }

        /// <summary>"sun_direction" as a panel writes it: "Sun direction".</summary>
        private static string Label(string name)
        {
            return name == "" ? "" : char.ToUpperInvariant(name[0]) + name.Substring(1).Replace('_', ' ');
        }
    }
}
