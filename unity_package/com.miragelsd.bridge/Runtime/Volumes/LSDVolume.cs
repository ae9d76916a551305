using System;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>In a volume of URP or HDRP: how much is painted, and as what, where the camera is.</summary>
    [Serializable]
    [VolumeComponentMenu("MirageLSD/LSD Volume")]
    public sealed class LSDVolume : VolumeComponent
    {
        [Tooltip("How much of the painted picture is seen; blended over the volume's distance.")]
        public ClampedFloatParameter strength = new ClampedFloatParameter(1f, 0f, 1f);
        [Tooltip("A look as an asset; it comes over its own seconds as the camera enters.")]
        public LSDThemeParameter theme = new LSDThemeParameter(null);
        [Tooltip("One of the model's scenes.")]
        public LSDTextParameter scene = new LSDTextParameter("");
        [Tooltip("One of the model's lightings.")]
        public LSDTextParameter lighting = new LSDTextParameter("");
    }

    /// <summary>There is nothing between two themes: the one with more weight than none wins.</summary>
    [Serializable]
    public sealed class LSDThemeParameter : VolumeParameter<LSDTheme>
    {
        public LSDThemeParameter(LSDTheme value, bool overrideState = false) : base(value, overrideState)
        {
        }
    }

    [Serializable]
    public sealed class LSDTextParameter : VolumeParameter<string>
    {
        public LSDTextParameter(string value, bool overrideState = false) : base(value, overrideState)
        {
        }
    }
}
