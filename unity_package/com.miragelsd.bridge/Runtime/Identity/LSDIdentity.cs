using System.Collections.Generic;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Says what an object and everything below it is, and how much of it is painted.</summary>
    [AddComponentMenu("MirageLSD/LSD Identity")]
    [DisallowMultipleComponent]
    public sealed class LSDIdentity : MonoBehaviour
    {
        internal static readonly List<LSDIdentity> All = new List<LSDIdentity>();

        [Tooltip("Skin, hair and outfit are what SetAppearance dresses.")]
        [SerializeField] private LSDClass objectClass = LSDClass.Prop;
        [Range(0f, 1f)]
        [Tooltip("How much of the painted picture is seen on it.")]
        [SerializeField] private float strength = 1f;
        [Tooltip("Leave it as the engine rendered it, to the pixel: a hero, a face, a sign.")]
        [SerializeField] private bool keep;

        private Renderer[] _renderers;

        public LSDClass ObjectClass
        {
            get { return objectClass; }
            set { objectClass = value; }
        }

        /// <summary>0 (the engine's picture) to 1 (painted).</summary>
        public float Strength
        {
            get { return keep ? 0f : strength; }
            set { strength = Mathf.Clamp01(value); }
        }

        public bool Keep
        {
            get { return keep; }
            set { keep = value; }
        }

        /// <summary>After renderers were added or taken away below this object.</summary>
        public void Refresh()
        {
            _renderers = null;
        }

        /// <summary>Its renderers, without those of an identity further down.</summary>
        internal Renderer[] Renderers
        {
            get
            {
                if (_renderers != null) return _renderers;
                var own = new List<Renderer>();
                foreach (var renderer in GetComponentsInChildren<Renderer>(true))
                    if (renderer.GetComponentInParent<LSDIdentity>() == this) own.Add(renderer);
                return _renderers = own.ToArray();
            }
        }

        private void OnEnable()
        {
            All.Add(this);
        }

        private void OnDisable()
        {
            All.Remove(this);
        }

        private void OnTransformChildrenChanged()
        {
            Refresh();
        }
    }
}
