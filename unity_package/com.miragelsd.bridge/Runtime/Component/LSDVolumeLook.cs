namespace MirageLSD
{
    /// <summary>What the volumes of a render pipeline say where a camera is; null: nothing.</summary>
    internal struct LSDVolumeLook
    {
        public float? Strength;
        public LSDTheme Theme;
        public string Scene, Lighting;
    }
}
