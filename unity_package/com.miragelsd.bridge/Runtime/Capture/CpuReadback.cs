using System;
using Unity.Collections;
using UnityEngine;
using UnityEngine.Experimental.Rendering;

namespace MirageLSD
{
    /// <summary>For graphics devices without asynchronous read back, or when asked for: waits for the GPU, so it costs frames.</summary>
    internal sealed class CpuReadback : IDisposable
    {
        private readonly Texture2D _color, _depth, _motion, _normals, _ids;

        public CpuReadback(StreamFormat format)
        {
            _color = Plane(format, TextureFormat.RGBA32);
            if (format.HasDepth) _depth = Plane(format, TextureFormat.RFloat);
            if (format.HasMotion) _motion = Plane(format, TextureFormat.RGHalf);
            if (format.HasNormals) _normals = Plane(format, TextureFormat.RGBA32);
            if (format.HasIds) _ids = Plane(format, TextureFormat.R8);
        }

        /// <summary>Whether this device can do it for every plane of a stream.</summary>
        public static bool CanRead(GraphicsFormat format)
        {
#if UNITY_2023_2_OR_NEWER
            return SystemInfo.IsFormatSupported(format, GraphicsFormatUsage.ReadPixels);
#else
            return SystemInfo.IsFormatSupported(format, FormatUsage.ReadPixels);
#endif
        }

        public void Read(
            FrameConverter converter, NativeArray<byte> color, NativeArray<byte> depth, NativeArray<byte> motion, NativeArray<byte> normals,
            NativeArray<byte> ids)
        {
            var before = RenderTexture.active;
            Read(converter.Color, _color, color);
            if (converter.HasDepth) Read(converter.Depth, _depth, depth);
            if (converter.HasMotion) Read(converter.Motion, _motion, motion);
            if (converter.HasNormals) Read(converter.Normals, _normals, normals);
            if (converter.HasIds) Read(converter.Ids, _ids, ids);
            RenderTexture.active = before;
        }

        public void Dispose()
        {
            Scrap.Destroy(_color);
            Scrap.Destroy(_depth);
            Scrap.Destroy(_motion);
            Scrap.Destroy(_normals);
            Scrap.Destroy(_ids);
        }

        private static void Read(RenderTexture source, Texture2D pixels, NativeArray<byte> target)
        {
            RenderTexture.active = source;
            pixels.ReadPixels(new Rect(0f, 0f, source.width, source.height), 0, 0, false);
            target.CopyFrom(pixels.GetRawTextureData<byte>());
        }

        private static Texture2D Plane(StreamFormat format, TextureFormat pixels)
        {
            return new Texture2D(format.Width, format.Height, pixels, false, true) { hideFlags = HideFlags.HideAndDontSave };
        }
    }
}
