using System;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>Writes and reads the bytes of textures; row 0 is the picture's bottom, as in Unity.</summary>
    internal static class Pixels
    {
        public static void Gradient(Texture texture, byte blue)
        {
            for (var y = 0; y < texture.height; y++)
            for (var x = 0; x < texture.width; x++)
            {
                var at = 4 * (y * texture.width + x);
                texture.Bytes[at] = (byte)(255 * x / (texture.width - 1));
                texture.Bytes[at + 1] = (byte)(255 * y / (texture.height - 1));
                texture.Bytes[at + 2] = blue;
                texture.Bytes[at + 3] = 255;
            }
        }

        public static void Fill(Texture texture, float x, float y = 0f)
        {
            for (var i = 0; i < texture.width * texture.height; i++) texture.Pixels.Store(texture.Bytes, i, new Vector4(x, y, 0f, 1f));
        }

        /// <summary>Largest difference of a color byte.</summary>
        public static int Difference(Texture a, Texture b)
        {
            var largest = 0;
            for (var i = 0; i < a.Bytes.Length; i++) largest = Math.Max(largest, Math.Abs(a.Bytes[i] - b.Bytes[i]));
            return largest;
        }

        public static byte Blue(Texture texture)
        {
            return texture.Bytes[2];
        }
    }
}
