using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Theme buttons and the prompt field.</summary>
    internal sealed class ThemePanel
    {
        // The names of mirage-lsd-v1; another model takes prompts.
        private static readonly string[] Scenes = { "forest", "city", "scifi", "desert", "snow", "village", "underwater", "volcanic" };
        private static readonly string[] Lightings = { "day", "overcast", "sunset", "night", "neon", "fog" };

        private string _prompt = "";
        private float _seconds = 2f;

        public void Draw(LSDStreamEngine engine)
        {
            EditorGUILayout.LabelField("Theme", EditorStyles.boldLabel);
            EditorGUI.BeginDisabledGroup(engine == null);
            _seconds = EditorGUILayout.Slider("Transition (seconds)", _seconds, 0f, 10f);
            var scene = Buttons(Scenes);
            var lighting = Buttons(Lightings);
            EditorGUILayout.BeginHorizontal();
            _prompt = EditorGUILayout.TextField("Prompt", _prompt);
            var isAsked = GUILayout.Button("Go", GUILayout.MaxWidth(40f)) && _prompt != "";
            EditorGUILayout.EndHorizontal();
            EditorGUI.EndDisabledGroup();
            if (engine == null) return;
            if (scene != null) engine.SetScene(scene, _seconds);
            if (lighting != null) engine.SetLighting(lighting, _seconds);
            if (isAsked) engine.SetPrompt(_prompt, _seconds);
        }

        private static string Buttons(string[] names)
        {
            string pressed = null;
            EditorGUILayout.BeginHorizontal();
            foreach (var name in names)
                if (GUILayout.Button(name)) pressed = name;
            EditorGUILayout.EndHorizontal();
            return pressed;
        }
    }
}
