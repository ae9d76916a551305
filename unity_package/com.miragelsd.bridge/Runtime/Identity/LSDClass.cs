namespace MirageLSD
{
    /// <summary>What a thing is; the numbers are the protocol's.</summary>
    public enum LSDClass
    {
        Unspecified = 0,
        Skin = 1,
        Hair = 2,
        Outfit = 3,
        Foliage = 4,
        Terrain = 5,
        Building = 6,
        Prop = 7,
        Vehicle = 8,
        Water = 9,
        Glass = 10,
        Creature = 11,
        Held = 12,
        Effect = 13,
        Emissive = 14,
        Interface = 15,
    }
}
