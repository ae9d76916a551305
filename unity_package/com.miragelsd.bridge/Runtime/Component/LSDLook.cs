namespace MirageLSD
{
    /// <summary>What a camera's fields, and the volumes where it is, come to.</summary>
    internal struct LSDLook
    {
        public string Scene, Lighting, Prompt;
        public float Strength, Seconds;

        /// <summary>A theme beats what it says something about; the prompt goes with it.</summary>
        public void Take(LSDTheme theme)
        {
            if (theme == null) return;
            if (theme.prompt != "" || theme.scene != "" || theme.lighting != "") Prompt = theme.prompt;
            if (theme.scene != "") Scene = theme.scene;
            if (theme.lighting != "") Lighting = theme.lighting;
            Strength = theme.strength;
            Seconds = theme.transitionSeconds;
        }

        public void Take(LSDVolumeLook volume)
        {
            Take(volume.Theme);
            if (!string.IsNullOrEmpty(volume.Scene) || !string.IsNullOrEmpty(volume.Lighting)) Prompt = "";
            if (!string.IsNullOrEmpty(volume.Scene)) Scene = volume.Scene;
            if (!string.IsNullOrEmpty(volume.Lighting)) Lighting = volume.Lighting;
            if (volume.Strength.HasValue) Strength = volume.Strength.Value;
        }
    }
}
