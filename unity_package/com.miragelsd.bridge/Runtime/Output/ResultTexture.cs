using System;
using Unity.Collections.LowLevel.Unsafe;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Writes results into the bound texture: a copy on the CPU and an upload that the render thread does later.</summary>
    internal sealed class ResultTexture : IDisposable
    {
        private readonly RenderTexture _target; // or null
        private Texture2D _pixels;              // the bound texture itself, or the way into _target

        /// <exception cref="ArgumentException">The texture can't take 8-bit pixels from a script.</exception>
        public ResultTexture(Texture texture)
        {
            Texture = texture;
            _target = texture as RenderTexture;
            _pixels = texture as Texture2D;
            if (_target == null) RequireWritable(_pixels);
            RequireSize(texture);
        }

        /// <summary>One of the engine's own, as large as what comes back.</summary>
        public static ResultTexture Make(int width, int height)
        {
            var texture = new RenderTexture(width, height, 0) { name = "MirageLSD output", hideFlags = HideFlags.HideAndDontSave };
            return new ResultTexture(texture) { IsOwned = true };
        }

        public Texture Texture { get; }

        public bool IsOwned { get; private set; }

        /// <summary>A graphics device can draw into it.</summary>
        public bool CanBeDrawn => _target != null;

        /// <summary>False after its scene or its owner destroyed it.</summary>
        public bool IsAlive => Texture != null;

        public int Width => Texture.width;
        public int Height => Texture.height;

        public NativeFormat Format =>
            _target == null && _pixels.format == TextureFormat.BGRA32 ? NativeFormat.Bgra8 : NativeFormat.Rgba8;

        public unsafe void Upload(NativeResult result)
        {
            if (_target != null) PrepareStaging(result.width, result.height);
            // Made for another size of the texture; the next one fits.
            if (_pixels.width != result.width || _pixels.height != result.height) return;
            var pitch = 4 * result.width;
            var source = (byte*)result.pixels;
            var pixels = (byte*)_pixels.GetRawTextureData<byte>().GetUnsafePtr();
            // The protocol's row 0 is the top, Unity's the bottom.
            for (var row = 0; row < result.height; row++)
                UnsafeUtility.MemCpy(pixels + (long)(result.height - 1 - row) * pitch, source + (long)row * pitch, pitch);
            _pixels.Apply(_target == null && _pixels.mipmapCount > 1, false);
            Hand();
        }

        /// <summary>In place of a frozen picture: quiet stripes that say that there is none.</summary>
        public unsafe void ShowWaiting()
        {
            if (_target != null) PrepareStaging(_target.width, _target.height);
            var width = _pixels.width;
            var pixels = (byte*)_pixels.GetRawTextureData<byte>().GetUnsafePtr();
            for (var i = 0; i < width * _pixels.height; i++)
            {
                var isLight = (i % width + i / width) / 16 % 2 == 0;
                for (var channel = 0; channel < 3; channel++) pixels[4 * i + channel] = (byte)(isLight ? 40 : 32);
                pixels[4 * i + 3] = 255;
            }
            _pixels.Apply(_target == null && _pixels.mipmapCount > 1, false);
            Hand();
        }

        // A blit leaves its target active; Unity complains when the owner destroys it then.
        private void Hand()
        {
            if (_target == null) return;
            var before = RenderTexture.active;
            Graphics.Blit(_pixels, _target);
            RenderTexture.active = before;
        }

        public void Dispose()
        {
            if (_target != null) Scrap.Destroy(_pixels);
            if (IsOwned) Scrap.Destroy(_target);
        }

        // The staging texture is sRGB as all pictures are; the blit converts to whatever the target is.
        private void PrepareStaging(int width, int height)
        {
            if (_pixels != null && _pixels.width == width && _pixels.height == height) return;
            Scrap.Destroy(_pixels);
            _pixels = new Texture2D(width, height, TextureFormat.RGBA32, false)
            {
                name = "MirageLSD result",
                hideFlags = HideFlags.HideAndDontSave,
            };
        }

        private static void RequireWritable(Texture2D texture)
        {
            if (texture == null)
                throw new ArgumentException("MirageLSD: bind a Texture2D or a RenderTexture.");
            if (texture.format != TextureFormat.RGBA32 && texture.format != TextureFormat.BGRA32)
                throw new ArgumentException(
                    "MirageLSD: the texture '" + texture.name + "' has the format " + texture.format +
                    ": make it RGBA32 or BGRA32, or bind a RenderTexture of any format.");
            if (!texture.isReadable)
                throw new ArgumentException(
                    "MirageLSD: the texture '" + texture.name + "' can't be written: tick Read/Write in its import settings.");
        }

        private static void RequireSize(Texture texture)
        {
            const int least = 16, most = 4096;
            if (texture.width < least || texture.height < least || texture.width > most || texture.height > most)
                throw new ArgumentException(
                    "MirageLSD: the texture '" + texture.name + "' has " + texture.width + " x " + texture.height +
                    " pixels: " + least + " to " + most + " a side are possible.");
        }
    }
}
