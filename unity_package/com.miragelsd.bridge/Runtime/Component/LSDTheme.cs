using UnityEngine;

namespace MirageLSD
{
    /// <summary>A look as an asset: Assets > Create > MirageLSD > Theme.</summary>
    [CreateAssetMenu(menuName = "MirageLSD/Theme", fileName = "Theme")]
    public sealed class LSDTheme : ScriptableObject
    {
        [Tooltip("A choice of the model; empty: as it is.")]
        public string scene = "";
        [Tooltip("A choice of the model; empty: as it is.")]
        public string lighting = "";
        [Tooltip("Free text, in place of the two above.")]
        public string prompt = "";
        [Range(0f, 1f)]
        public float strength = 1f;
        [Range(0f, 60f)]
        [Tooltip("Seconds from the look before to this one.")]
        public float transitionSeconds = 2f;
    }
}
