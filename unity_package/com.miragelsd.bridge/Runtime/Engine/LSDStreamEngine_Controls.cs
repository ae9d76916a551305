using System;

namespace MirageLSD
{
    public sealed partial class LSDStreamEngine
    {
        /// <summary>The longest transition that the daemon takes.</summary>
        public const float MaxTransitionSeconds = 60f;

        private int _seed;
        private bool _bypass;

        /// <summary>Free text; words that name scenes and lightings choose them.</summary>
        public void SetPrompt(string prompt, float transitionSeconds = 0f)
        {
            SetText("prompt", prompt, transitionSeconds);
        }

        /// <summary>One of the model's scenes: forest, city, scifi, desert, snow, village, underwater, volcanic.</summary>
        public void SetScene(string scene, float transitionSeconds = 0f)
        {
            SetText("scene", scene, transitionSeconds);
        }

        /// <summary>One of the model's lightings: day, overcast, sunset, night, neon, fog.</summary>
        public void SetLighting(string lighting, float transitionSeconds = 0f)
        {
            SetText("lighting", lighting, transitionSeconds);
        }

        /// <summary>What characters wear, as words: "a red coat, blonde hair". Seen where the plane ids marks skin, hair and outfit.</summary>
        public void SetAppearance(string appearance, float transitionSeconds = 0f)
        {
            SetText("appearance", appearance, transitionSeconds);
        }

        /// <summary>The controls of this engine's model, as the daemon announces them; empty before it has answered.</summary>
        public LSDControlInfo[] Controls => _isDisposed ? new LSDControlInfo[0] : _link.ControlsOf(Model);

        /// <summary>Any text or choice of the model; see Controls.</summary>
        public void SetControl(string name, string value, float transitionSeconds = 0f)
        {
            SetText(name, value, transitionSeconds);
        }

        /// <summary>Any number of the model; see Controls.</summary>
        public void SetControl(string name, float value, float transitionSeconds = 0f)
        {
            RequireAlive();
            var controls = new StreamControls();
            controls.Numbers[name] = value;
            _link.SetControls(controls, transitionSeconds);
        }

        /// <summary>Any flag of the model; see Controls.</summary>
        public void SetControl(string name, bool value)
        {
            RequireAlive();
            var controls = new StreamControls();
            controls.Flags[name] = value;
            _link.SetControls(controls, 0f);
        }

        /// <summary>How much of the painted picture is seen: 0 is the engine's own picture, 1 the painted one.</summary>
        public void SetStrength(float strength, float transitionSeconds = 0f)
        {
            if (!(strength >= 0f && strength <= 1f))
                throw new ArgumentOutOfRangeException(nameof(strength), "MirageLSD: 0 to 1.");
            SetControl("strength", strength, transitionSeconds);
        }

        /// <summary>Shows the engine's own picture at once, and the painted one again.</summary>
        public bool Bypass
        {
            get { return _bypass; }
            set
            {
                SetControl("bypass", value);
                _bypass = value;
            }
        }

        /// <summary>Another seed is another world of the same theme.</summary>
        public int Seed
        {
            get { return _seed; }
            set
            {
                RequireAlive();
                if (value < 0) throw new ArgumentOutOfRangeException(nameof(Seed), "MirageLSD: a seed is not negative.");
                _seed = value;
                _link.SetControls(new StreamControls { Seed = value }, 0f);
            }
        }

        /// <summary>Forget what was painted so far, from the next frame on: after a teleport, a new level.</summary>
        public void ResetHistory()
        {
            RequireAlive();
            if (_capture != null) _capture.Reset();
        }

        private void SetText(string name, string value, float transitionSeconds)
        {
            RequireAlive();
            if (string.IsNullOrEmpty(value)) throw new ArgumentException("MirageLSD: the " + name + " is empty.");
            if (!(transitionSeconds >= 0f && transitionSeconds <= MaxTransitionSeconds))
                throw new ArgumentOutOfRangeException(nameof(transitionSeconds), "MirageLSD: 0 to 60 seconds.");
            var controls = new StreamControls();
            controls.Texts[name] = value;
            _link.SetControls(controls, transitionSeconds);
        }
    }
}
