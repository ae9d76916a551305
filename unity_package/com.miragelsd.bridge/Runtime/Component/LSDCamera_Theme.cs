using System;
using UnityEngine;

namespace MirageLSD
{
    public sealed partial class LSDCamera
    {
        /// <summary>Set by the assembly that knows volumes, where a scriptable pipeline is installed.</summary>
        internal static Func<Camera, LayerMask, LSDVolumeLook> VolumeLooks;

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
            var wanted = Look(look.transitionSeconds);
            if (Engine != null && wanted.Strength != _sentStrength) Engine.SetStrength(_sentStrength = wanted.Strength, look.transitionSeconds);
            ApplyTheme(look.transitionSeconds);
        }

        /// <summary>Everything as the inspector has it, over so many seconds.</summary>
        public void ApplyTheme(float seconds)
        {
            if (Engine == null) return;
            var look = Look(seconds);
            look.Seconds = seconds;
            Send(look);
        }

        /// <summary>A control that is a field of this component: then the field is set, as by the inspector. False: it is none.</summary>
        internal bool TrySetField(string control, string value, float seconds)
        {
            if (control == "scene") scene = value;
            else if (control == "lighting") lighting = value;
            else if (control != "prompt") return false;
            prompt = control == "prompt" ? value : "";
            ApplyTheme(seconds);
            return true;
        }

        /// <summary>By the fields, and by the volumes where the camera is.</summary>
        internal LSDLook Look(float seconds)
        {
            var look = new LSDLook { Scene = scene, Lighting = lighting, Prompt = prompt, Strength = strength, Seconds = seconds };
            if (VolumeLooks != null) look.Take(VolumeLooks(GetComponent<Camera>(), volumeLayers));
            look.Strength = Mathf.Clamp01(look.Strength);
            return look;
        }

        private void Send(LSDLook look)
        {
            if (seed != _sentSeed) Engine.Seed = Mathf.Max(seed, 0);
            _sentSeed = seed;
            _sentScene = look.Scene;
            _sentLighting = look.Lighting;
            _sentPrompt = look.Prompt;
            if (!string.IsNullOrEmpty(look.Prompt))
            {
                // The prompt chooses scene and lighting by itself; said together, those two would win.
                Engine.SetPrompt(look.Prompt, look.Seconds);
                return;
            }
            if (!string.IsNullOrEmpty(look.Scene)) Engine.SetScene(look.Scene, look.Seconds);
            if (!string.IsNullOrEmpty(look.Lighting)) Engine.SetLighting(look.Lighting, look.Seconds);
        }
    }
}
