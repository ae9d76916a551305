using UnityEngine;

namespace MirageLSD
{
    /// <summary>Destroys what the package made; in edit mode Unity wants another call for it.</summary>
    internal static class Scrap
    {
        public static void Destroy(Object thing)
        {
            if (thing == null) return;
            if (Application.isPlaying) Object.Destroy(thing);
            else Object.DestroyImmediate(thing);
        }
    }
}
