using System;
using UnityEngine;

namespace StandIn
{
    /// <summary>How a pixel is stored, and its way to four floats and back as a sampler and a render target do it.</summary>
    internal struct PixelFormat
    {
        public int BytesPerPixel;
        public bool IsSrgb;
        private int _kind; // 0 RGBA8, 1 BGRA8, 2 R32F, 3 RG16F, 4 R8, 5 RGBA16F, 6 RGBA32F, 7 RGBA8 from -1 to 1

        /// <summary>GraphicsFormat.R8G8B8A8_SNorm.</summary>
        public static PixelFormat Signed => new PixelFormat { BytesPerPixel = 4, _kind = 7 };

        public static PixelFormat Of(TextureFormat format, bool isSrgb)
        {
            switch (format)
            {
                case TextureFormat.RGBA32: return new PixelFormat { BytesPerPixel = 4, IsSrgb = isSrgb };
                case TextureFormat.BGRA32: return new PixelFormat { BytesPerPixel = 4, IsSrgb = isSrgb, _kind = 1 };
                case TextureFormat.RFloat: return new PixelFormat { BytesPerPixel = 4, _kind = 2 };
                case TextureFormat.RGHalf: return new PixelFormat { BytesPerPixel = 4, _kind = 3 };
                case TextureFormat.RGBAHalf: return new PixelFormat { BytesPerPixel = 8, _kind = 5 };
                case TextureFormat.RGBAFloat: return new PixelFormat { BytesPerPixel = 16, _kind = 6 };
                case TextureFormat.R8: return new PixelFormat { BytesPerPixel = 1, _kind = 4 };
                default: return new PixelFormat { BytesPerPixel = 4, _kind = -1 };
            }
        }

        public static PixelFormat Of(RenderTextureFormat format, bool isSrgb)
        {
            switch (format)
            {
                case RenderTextureFormat.RFloat: return Of(TextureFormat.RFloat, false);
                case RenderTextureFormat.RGHalf: return Of(TextureFormat.RGHalf, false);
                case RenderTextureFormat.ARGBFloat: return Of(TextureFormat.RGBAFloat, false);
                case RenderTextureFormat.R8: return Of(TextureFormat.R8, false);
                default: return Of(TextureFormat.RGBA32, isSrgb);
            }
        }

        /// <summary>As numpy names it: the kind of number, and how many a pixel.</summary>
        public string Name => new[] { "u1 4", "", "f4 1", "f2 2", "u1 1", "f2 4", "f4 4", "" }[_kind];

        public Vector4 Load(byte[] bytes, int pixel)
        {
            var at = pixel * BytesPerPixel;
            if (_kind == 2) return new Vector4(BitConverter.ToSingle(bytes, at), 0f, 0f, 1f);
            if (_kind == 3) return new Vector4(Half.ToFloat(BitConverter.ToUInt16(bytes, at)), Half.ToFloat(BitConverter.ToUInt16(bytes, at + 2)), 0f, 1f);
            if (_kind == 4) return new Vector4(bytes[at] / 255f, 0f, 0f, 1f);
            if (_kind == 6) return new Vector4(Float(bytes, at), Float(bytes, at + 4), Float(bytes, at + 8), Float(bytes, at + 12));
            if (_kind == 7) return new Vector4(Signed8(bytes[at]), Signed8(bytes[at + 1]), Signed8(bytes[at + 2]), Signed8(bytes[at + 3]));
            var red = _kind == 1 ? 2 : 0;
            return new Vector4(Channel(bytes[at + red]), Channel(bytes[at + 1]), Channel(bytes[at + 2 - red]), bytes[at + 3] / 255f);
        }

        public void Store(byte[] bytes, int pixel, Vector4 value)
        {
            var at = pixel * BytesPerPixel;
            if (_kind == 2) BitConverter.GetBytes(value.x).CopyTo(bytes, at);
            else if (_kind == 4) bytes[at] = (byte)(value.x * 255f + 0.5f);
            else if (_kind == 6)
                for (var i = 0; i < 4; i++) BitConverter.GetBytes(value[i]).CopyTo(bytes, at + 4 * i);
            else if (_kind == 7)
                for (var i = 0; i < 4; i++) bytes[at + i] = (byte)(sbyte)Math.Round(127f * Math.Max(-1f, Math.Min(1f, value[i])));
            else if (_kind == 3)
            {
                BitConverter.GetBytes(Half.FromFloat(value.x)).CopyTo(bytes, at);
                BitConverter.GetBytes(Half.FromFloat(value.y)).CopyTo(bytes, at + 2);
            }
            else
            {
                var red = _kind == 1 ? 2 : 0;
                bytes[at + red] = Byte(value.x);
                bytes[at + 1] = Byte(value.y);
                bytes[at + 2 - red] = Byte(value.z);
                bytes[at + 3] = (byte)(Math.Max(0f, Math.Min(1f, value.w)) * 255f + 0.5f);
            }
        }

        private static float Float(byte[] bytes, int at) => BitConverter.ToSingle(bytes, at);
        private static float Signed8(byte stored) => Math.Max(-1f, (sbyte)stored / 127f);

        private bool Decodes => IsSrgb && QualitySettings.activeColorSpace == ColorSpace.Linear;

        private float Channel(byte stored)
        {
            return Decodes ? Mathf.GammaToLinearSpace(stored / 255f) : stored / 255f;
        }

        private byte Byte(float value)
        {
            var encoded = Decodes ? Mathf.LinearToGammaSpace(value) : value;
            return (byte)(Math.Max(0f, Math.Min(1f, encoded)) * 255f + 0.5f);
        }
    }

    /// <summary>IEEE half precision.</summary>
    internal static class Half
    {
        public static float ToFloat(ushort half)
        {
            var exponent = (half >> 10) & 31;
            var fraction = half & 1023;
            var size = exponent == 0 ? fraction * Math.Pow(2, -24) : (1024 + fraction) * Math.Pow(2, exponent - 25);
            return (float)((half & 0x8000) != 0 ? -size : size);
        }

        public static ushort FromFloat(float value)
        {
            var sign = value < 0f ? 0x8000 : 0;
            var size = Math.Abs((double)value);
            if (size < Math.Pow(2, -24)) return (ushort)sign;
            var exponent = Math.Max(-14, (int)Math.Floor(Math.Log(size, 2)));
            var fraction = (int)Math.Round(size / Math.Pow(2, exponent - 10));
            if (exponent == -14 && fraction < 1024) return (ushort)(sign | fraction);
            if (fraction == 2048)
            {
                fraction = 1024;
                exponent++;
            }
            return (ushort)(sign | ((exponent + 15) << 10) | (fraction - 1024));
        }
    }
}
