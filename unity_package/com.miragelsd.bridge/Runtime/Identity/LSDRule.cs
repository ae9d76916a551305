using System;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>What a thing is, by its layer, tag or material name, where it has no LSD Identity.</summary>
    [Serializable]
    public sealed class LSDRule
    {
        [Tooltip("Layers that it holds for; nothing: every layer.")]
        public LayerMask layers;
        [Tooltip("Empty: every tag.")]
        public string tag = "";
        [Tooltip("A part of the material's name, in capitals or not; empty: every material.")]
        public string material = "";
        public LSDClass objectClass = LSDClass.Prop;
        [Range(0f, 1f)]
        public float strength = 1f;

        /// <summary>A rule that says nothing holds for nothing.</summary>
        internal bool Fits(GameObject owner, string materialName)
        {
            var isEmpty = layers.value == 0 && string.IsNullOrEmpty(tag) && string.IsNullOrEmpty(material);
            if (isEmpty || layers.value != 0 && (layers.value & (1 << owner.layer)) == 0) return false;
            // Compared as text: CompareTag throws for a tag that the project does not have.
            if (!string.IsNullOrEmpty(tag) && owner.tag != tag) return false;
            return string.IsNullOrEmpty(material) || materialName.IndexOf(material, StringComparison.OrdinalIgnoreCase) >= 0;
        }
    }
}
