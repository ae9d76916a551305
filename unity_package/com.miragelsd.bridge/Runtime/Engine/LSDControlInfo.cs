using System;

namespace MirageLSD
{
    /// <summary>The kinds of a model's controls; the daemon's protocol says what each takes.</summary>
    public enum LSDControlKind
    {
        Choice = 0,
        Text = 1,
        Number = 2,
        Direction = 3,
        Color = 4,
        Flag = 5,
        Seed = 6,
    }

    /// <summary>One control of the model that the daemon serves, for drawing a panel.</summary>
    public sealed unsafe class LSDControlInfo
    {
        internal LSDControlInfo(NativeControlSpec spec, string[] choices)
        {
            Kind = (LSDControlKind)spec.kind;
            Name = NativeText.Read((IntPtr)spec.name);
            Help = NativeText.Read((IntPtr)spec.help);
            Unit = NativeText.Read((IntPtr)spec.unit);
            DefaultText = NativeText.Read((IntPtr)spec.default_text);
            Minimum = spec.minimum;
            Maximum = spec.maximum;
            DefaultNumber = spec.default_values[0];
            TakesTransition = spec.takes_transition != 0;
            Choices = choices;
        }

        public LSDControlKind Kind { get; }
        public string Name { get; }

        /// <summary>One sentence.</summary>
        public string Help { get; }

        /// <summary>Of a number; "" for none.</summary>
        public string Unit { get; }

        /// <summary>Of a choice or a text.</summary>
        public string DefaultText { get; }

        public float Minimum { get; }
        public float Maximum { get; }
        public float DefaultNumber { get; }

        /// <summary>False: it jumps, whatever the transition.</summary>
        public bool TakesTransition { get; }

        /// <summary>Of a choice.</summary>
        public string[] Choices { get; }
    }
}
