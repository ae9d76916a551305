using UnityEngine;

namespace MirageLSD
{
    /// <summary>A renderer, or one of its materials, that is one slot or a part of one.</summary>
    internal struct MarkedPart
    {
        public Renderer Renderer;
        public int Submesh; // -1: all of them

        public bool IsVisible => Renderer != null && Renderer.enabled && Renderer.gameObject.activeInHierarchy;
    }

    /// <summary>One thing that gets a slot, and where it was.</summary>
    internal sealed class MarkedThing
    {
        public Transform Place;
        public LSDIdentity Identity; // or null: from a rule
        public LSDClass RuleClass;
        public float RuleStrength;
        public MarkedPart[] Parts;
        public int Slot;
        /// <summary>From the thing's own space, in which y is what was up when it was first seen.</summary>
        public Matrix4x4 Current, Previous;
        public bool HasPlace, HasPrevious, IsSeen;
        public float Distance;

        private int _upAxis;

        public LSDClass Class => Identity != null ? Identity.ObjectClass : RuleClass;
        public float Strength => Identity != null ? Identity.Strength : RuleStrength;

        /// <summary>Once an engine frame.</summary>
        public void Advance()
        {
            Previous = Current;
            HasPrevious = HasPlace;
            var place = Place.localToWorldMatrix;
            if (!HasPlace) _upAxis = ObjectSpace.UpAxis(place);
            Current = ObjectSpace.StoodUp(place, _upAxis);
            HasPlace = true;
        }
    }
}
