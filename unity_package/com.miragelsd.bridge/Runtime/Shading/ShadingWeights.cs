using System;
using Unity.Collections.LowLevel.Unsafe;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>The head's numbers on the graphics device, and what else changes with the controls.</summary>
    /// <remarks>In a transition the daemon sends some of them several times a second; the engine's frames go from one to the next evenly.</remarks>
    internal sealed unsafe class ShadingWeights : IDisposable
    {
        public const int Rows = 1801; // of four numbers
        private const int TexelsAcross = 12, TexelsDown = 151;
        private const int PaletteNumbers = 24;

        // Steps further apart are no transition: the newest counts at once.
        private const double LongestStepSeconds = 0.25;

        private static readonly int Buffer = Shader.PropertyToID("LSDWeights");
        private static readonly int Texels = Shader.PropertyToID("_LSDWeightTexels");

        private readonly float[] _from = new float[4 * Rows], _to = new float[4 * Rows], _shown = new float[4 * Rows];
        private readonly float[] _palette = new float[PaletteNumbers];
        private readonly GraphicsBuffer _buffer; // or
        private readonly Texture2D _texture;
        private Extras _fromExtras, _toExtras, _shownExtras;
        private long _generation = -1;
        private double _arrived = double.NegativeInfinity, _seconds;
        private bool _isMoving;

        public ShadingWeights(Material material)
        {
            if (ShadingSupport.HasLargeConstants)
            {
                _buffer = new GraphicsBuffer(GraphicsBuffer.Target.Constant, Rows, 16);
                material.EnableKeyword("LSD_WEIGHTS_BUFFER");
                material.SetConstantBuffer(Buffer, _buffer, 0, 16 * Rows);
            }
            else
            {
                _texture = new Texture2D(TexelsAcross, TexelsDown, TextureFormat.RGBAFloat, false, true)
                {
                    name = "MirageLSD weights",
                    hideFlags = HideFlags.HideAndDontSave,
                };
                material.SetTexture(Texels, _texture);
            }
        }

        public Vector3 Seed => _shownExtras.Seed;
        public Vector3 Sun => _shownExtras.Sun;
        public float Strength => _shownExtras.Strength;

        /// <summary>3 x 8 numbers: skin, hair, outfit.</summary>
        public float[] Palette => _palette;

        /// <summary>Those that came with a context; nothing happens while they are the same.</summary>
        public void Take(ref NativeContext context, double now)
        {
            if (context.weights_generation == _generation) return;
            var isFirst = _generation < 0;
            _generation = context.weights_generation;
            Array.Copy(_shown, _from, _shown.Length);
            _fromExtras = _shownExtras;
            _fromExtras.Palette = (float[])_palette.Clone();
            for (var i = 0; i < Math.Min(context.weight_count, _to.Length); i++) _to[i] = Mathf.HalfToFloat(context.weights[i]);
            _toExtras = Extras.Of(ref context);
            var step = now - _arrived;
            _seconds = isFirst || step > LongestStepSeconds ? 0.0 : step;
            _arrived = now;
            _isMoving = true;
        }

        /// <summary>Once an engine frame.</summary>
        public void Advance(double now)
        {
            if (!_isMoving) return;
            var share = _seconds <= 0.0 ? 1f : Mathf.Clamp01((float)((now - _arrived) / _seconds));
            _isMoving = share < 1f;
            for (var i = 0; i < _shown.Length; i++) _shown[i] = share < 1f ? _from[i] + (_to[i] - _from[i]) * share : _to[i];
            _shownExtras = Extras.Between(_fromExtras, _toExtras, share, _palette);
            Upload();
        }

        public void Dispose()
        {
            _buffer?.Dispose();
            Scrap.Destroy(_texture);
        }

        private void Upload()
        {
            if (_buffer != null)
            {
                _buffer.SetData(_shown);
                return;
            }
            fixed (float* numbers = _shown)
                UnsafeUtility.MemCpy(_texture.GetRawTextureData<byte>().GetUnsafePtr(), numbers, 4L * _shown.Length);
            _texture.Apply(false, false);
        }

        /// <summary>What the controls say besides the head.</summary>
        private struct Extras
        {
            public Vector3 Seed, Sun;
            public float Strength;
            public float[] Palette;

            public static Extras Of(ref NativeContext context)
            {
                var copy = context; // a local: its arrays may be read without pinning
                var extras = new Extras
                {
                    Seed = new Vector3(copy.seed[0], copy.seed[1], copy.seed[2]),
                    Sun = new Vector3(copy.sun[0], copy.sun[1], copy.sun[2]),
                    Strength = copy.strength,
                    Palette = new float[PaletteNumbers],
                };
                for (var i = 0; i < PaletteNumbers; i++) extras.Palette[i] = copy.palette[i];
                return extras;
            }

            // Another seed is another world: there is nothing between two.
            public static Extras Between(Extras from, Extras to, float share, float[] palette)
            {
                for (var i = 0; i < PaletteNumbers; i++)
                    palette[i] = share < 1f ? from.Palette[i] + (to.Palette[i] - from.Palette[i]) * share : to.Palette[i];
                if (share >= 1f) return to;
                return new Extras
                {
                    Seed = to.Seed,
                    Sun = (from.Sun + (to.Sun - from.Sun) * share).normalized,
                    Strength = from.Strength + (to.Strength - from.Strength) * share,
                };
            }
        }
    }
}
