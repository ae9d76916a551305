using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace UnityEngine.Rendering
{
    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/Volume/VolumeParameter.cs
    public abstract class VolumeParameter
    {
        public bool overrideState;

        internal abstract void Blend(VolumeParameter other, float weight);
        internal abstract VolumeParameter Copy();
    }

    public class VolumeParameter<T> : VolumeParameter
    {
        protected T m_Value;

        public VolumeParameter(T value, bool overrideState)
        {
            m_Value = value;
            this.overrideState = overrideState;
        }

        public virtual T value
        {
            get { return m_Value; }
            set { m_Value = value; }
        }

        public void Override(T x)
        {
            overrideState = true;
            m_Value = x;
        }

        public virtual void Interp(T from, T to, float t)
        {
            m_Value = t > 0f ? to : from;
        }

        internal override void Blend(VolumeParameter other, float weight)
        {
            overrideState = true;
            Interp(m_Value, ((VolumeParameter<T>)other).m_Value, weight);
        }

        internal override VolumeParameter Copy() => (VolumeParameter)MemberwiseClone();
    }

    public class ClampedFloatParameter : VolumeParameter<float>
    {
        private readonly float _min, _max;

        public ClampedFloatParameter(float value, float min, float max, bool overrideState = false) : base(value, overrideState)
        {
            _min = min;
            _max = max;
        }

        public override float value
        {
            get { return m_Value; }
            set { m_Value = Mathf.Clamp(value, _min, _max); }
        }

        public override void Interp(float from, float to, float t)
        {
            m_Value = from + (to - from) * t;
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class VolumeComponentMenu : Attribute
    {
        public readonly string menu;

        public VolumeComponentMenu(string menu)
        {
            this.menu = menu;
        }
    }

    // Graphics: .../Runtime/Volume/VolumeComponent.cs
    public class VolumeComponent : ScriptableObject
    {
        public bool active = true;

        internal IEnumerable<FieldInfo> Fields => GetType().GetFields().Where(field => typeof(VolumeParameter).IsAssignableFrom(field.FieldType));
    }

    /// <summary>Of the stand-in: a volume, and how much of it is felt on its layer.</summary>
    public sealed class StandInVolume
    {
        public VolumeComponent Component;
        public float Weight = 1f;
        public int Layer;
    }

    // Graphics: .../Runtime/Volume/VolumeStack.cs, VolumeManager.cs
    public sealed class VolumeStack
    {
        internal readonly Dictionary<Type, VolumeComponent> Components = new Dictionary<Type, VolumeComponent>();

        public bool isValid => Components != null;
        public T GetComponent<T>() where T : VolumeComponent => (T)Components[typeof(T)];
    }

    public sealed class VolumeManager
    {
        public static readonly VolumeManager instance = new VolumeManager();
        public static readonly List<StandInVolume> Volumes = new List<StandInVolume>();
        public static readonly List<Type> Known = new List<Type>();

        public bool isInitialized { get; set; } = true;

        public VolumeStack CreateStack()
        {
            if (!isInitialized) throw new NullReferenceException("the pipeline has not made its list of components yet");
            return new VolumeStack();
        }

        public void Update(VolumeStack stack, Transform trigger, LayerMask layerMask)
        {
            foreach (var type in Known)
            {
                // The defaults, none of which counts as an override.
                var blended = (VolumeComponent)Activator.CreateInstance(type);
                foreach (var volume in Volumes)
                {
                    if (volume.Component.GetType() != type || (layerMask.value & (1 << volume.Layer)) == 0 || volume.Weight <= 0f) continue;
                    foreach (var field in blended.Fields)
                    {
                        var parameter = (VolumeParameter)field.GetValue(volume.Component);
                        if (parameter.overrideState) ((VolumeParameter)field.GetValue(blended)).Blend(parameter, volume.Weight);
                    }
                }
                stack.Components[type] = blended;
            }
        }
    }
}
