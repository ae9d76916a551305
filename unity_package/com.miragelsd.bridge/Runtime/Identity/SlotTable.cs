using System.Collections.Generic;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Gives numbers to the marked things of a scene: the nearest ones first, and the same number as long as it is kept.</summary>
    internal sealed class SlotTable
    {
        /// <summary>A byte has room for no more; 0 is the rest of the world.</summary>
        public const int Most = 255;

        // Rules look at every renderer of the scene, which costs; what appears in between is marked a moment later.
        private const double LookSeconds = 1.0;

        private readonly Dictionary<Object, MarkedThing> _identities = new Dictionary<Object, MarkedThing>();
        private readonly List<MarkedThing> _ruled = new List<MarkedThing>();
        private readonly List<MarkedThing> _chosen = new List<MarkedThing>();
        private readonly List<MarkedThing> _all = new List<MarkedThing>();
        private readonly bool[] _taken = new bool[Most + 1];
        private double _nextLook;

        /// <summary>What has a number in this frame.</summary>
        public List<MarkedThing> Things => _chosen;

        /// <summary>Whether anything can be marked at all: else the plane is not worth its cost.</summary>
        public static bool IsNeeded(LSDRule[] rules)
        {
            return LSDIdentity.All.Count > 0 || rules != null && rules.Length > 0;
        }

        /// <summary>Once an engine frame, captured or not: the previous transforms are those of the frame before.</summary>
        public void Advance(Vector3 eye, LSDRule[] rules, double now)
        {
            if (now >= _nextLook)
            {
                _nextLook = now + LookSeconds;
                Look(rules);
            }
            _all.Clear();
            foreach (var identity in LSDIdentity.All) Add(ThingOf(identity), eye);
            foreach (var thing in _ruled) Add(thing, eye);
            _all.Sort((a, b) => a.Distance.CompareTo(b.Distance));
            Choose();
        }

        /// <summary>Fills the table for the core and returns how many entries it has.</summary>
        public unsafe int Write(NativeSlot[] table)
        {
            for (var i = 0; i < _chosen.Count; i++)
            {
                var thing = _chosen[i];
                var slot = new NativeSlot
                {
                    slot = thing.Slot,
                    object_class = (int)thing.Class,
                    flags = NativeSlotFlags.HasStrength | NativeSlotFlags.HasTransform | (thing.HasPrevious ? NativeSlotFlags.HasPrevious : 0),
                    strength = thing.Strength,
                };
                Copy(thing.Current, slot.world_from_object);
                if (thing.HasPrevious) Copy(thing.Previous, slot.previous_world_from_object);
                table[i] = slot;
            }
            return _chosen.Count;
        }

        private static unsafe void Copy(Matrix4x4 unity, float* rows)
        {
            var matrix = CameraConventions.TransformToProtocol(unity);
            for (var i = 0; i < 12; i++) rows[i] = matrix[i / 4, i % 4];
        }

        private void Add(MarkedThing thing, Vector3 eye)
        {
            if (thing.Place == null) return;
            thing.Advance();
            thing.IsSeen = false;
            foreach (var part in thing.Parts) thing.IsSeen |= part.IsVisible;
            if (!thing.IsSeen) return;
            thing.Distance = (thing.Place.position - eye).sqrMagnitude;
            _all.Add(thing);
        }

        private void Choose()
        {
            foreach (var thing in _chosen)
                if (!thing.IsSeen || _all.IndexOf(thing) >= Most || thing.Place == null) thing.Slot = 0;
            _chosen.Clear();
            System.Array.Clear(_taken, 0, _taken.Length);
            var count = Mathf.Min(_all.Count, Most);
            for (var i = 0; i < count; i++) _taken[_all[i].Slot] = true;
            for (var i = count; i < _all.Count; i++) _all[i].Slot = 0;
            var next = 1;
            for (var i = 0; i < count; i++)
            {
                var thing = _all[i];
                if (thing.Slot == 0)
                {
                    while (_taken[next]) next++;
                    thing.Slot = next;
                    _taken[next] = true;
                }
                _chosen.Add(thing);
            }
        }

        private MarkedThing ThingOf(LSDIdentity identity)
        {
            MarkedThing thing;
            var renderers = identity.Renderers;
            if (_identities.TryGetValue(identity, out thing) && thing.Parts.Length == renderers.Length) return thing;
            var parts = new MarkedPart[renderers.Length];
            for (var i = 0; i < parts.Length; i++) parts[i] = new MarkedPart { Renderer = renderers[i], Submesh = -1 };
            if (thing == null) thing = new MarkedThing { Place = identity.transform, Identity = identity };
            thing.Parts = parts;
            return _identities[identity] = thing;
        }

        private void Look(LSDRule[] rules)
        {
            foreach (var gone in new List<Object>(_identities.Keys))
                if (gone == null) _identities.Remove(gone);
            var before = new Dictionary<MarkedPart, MarkedThing>();
            foreach (var thing in _ruled) before[thing.Parts[0]] = thing;
            _ruled.Clear();
            if (rules == null || rules.Length == 0) return;
            foreach (var renderer in Object.FindObjectsByType<Renderer>(FindObjectsSortMode.None))
                if (renderer.GetComponentInParent<LSDIdentity>() == null) Rule(renderer, rules, before);
        }

        private void Rule(Renderer renderer, LSDRule[] rules, Dictionary<MarkedPart, MarkedThing> before)
        {
            var materials = renderer.sharedMaterials;
            for (var i = 0; i < materials.Length; i++)
            {
                var name = materials[i] == null ? "" : materials[i].name;
                foreach (var rule in rules)
                {
                    if (!rule.Fits(renderer.gameObject, name)) continue;
                    var part = new MarkedPart { Renderer = renderer, Submesh = i };
                    MarkedThing thing;
                    if (!before.TryGetValue(part, out thing)) thing = new MarkedThing { Place = renderer.transform, Parts = new[] { part } };
                    thing.RuleClass = rule.objectClass;
                    thing.RuleStrength = rule.strength;
                    _ruled.Add(thing);
                    break;
                }
            }
        }
    }
}
