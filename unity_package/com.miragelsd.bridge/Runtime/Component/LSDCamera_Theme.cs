using UnityEngine;

namespace MirageLSD
{
    public sealed partial class LSDCamera
    {
        public string Scene
        {
            get { return scene; }
            set
            {
                scene = value;
                prompt = "";
                ApplyTheme(transitionSeconds);
            }
        }

        public string Lighting
        {
            get { return lighting; }
            set
            {
                lighting = value;
                prompt = "";
                ApplyTheme(transitionSeconds);
            }
        }

        public string Prompt
        {
            get { return prompt; }
            set
            {
                prompt = value ?? "";
                ApplyTheme(transitionSeconds);
            }
        }

        /// <summary>The theme that was applied last; null: the fields alone.</summary>
        public LSDTheme Theme
        {
            get { return theme; }
            set { Apply(value); }
        }

        /// <summary>Scene, lighting, prompt and strength of the theme, over its own seconds.</summary>
        public void Apply(LSDTheme look)
        {
            theme = _sentTheme = look;
            if (look == null) return;
            if (look.prompt != "" || look.scene != "" || look.lighting != "") prompt = look.prompt;
            if (look.scene != "") scene = look.scene;
            if (look.lighting != "") lighting = look.lighting;
            strength = look.strength;
            if (Engine != null && strength != _sentStrength) Engine.SetStrength(_sentStrength = Mathf.Clamp01(strength), look.transitionSeconds);
            ApplyTheme(look.transitionSeconds);
        }

        /// <summary>Everything as the inspector has it, over so many seconds.</summary>
        public void ApplyTheme(float seconds)
        {
            if (Engine == null) return;
            if (seed != _sentSeed) Engine.Seed = Mathf.Max(seed, 0);
            _sentSeed = seed;
            _sentScene = scene;
            _sentLighting = lighting;
            _sentPrompt = prompt;
            if (!string.IsNullOrEmpty(prompt))
            {
                // The prompt chooses scene and lighting by itself; said together, those two would win.
                Engine.SetPrompt(prompt, seconds);
                return;
            }
            if (!string.IsNullOrEmpty(scene)) Engine.SetScene(scene, seconds);
            if (!string.IsNullOrEmpty(lighting)) Engine.SetLighting(lighting, seconds);
        }
    }
}
