using System;
using UnityEngine;

namespace StandIn
{
    /// <summary>A camera's normals in the buffers that the three pipelines keep them in, each with its own encoding.</summary>
    internal static class NormalBuffers
    {
        // UnityCG.cginc: the stereographic projection's scale.
        private const float ViewScale = 1.7777f;

        /// <summary>URP: world space in signed bytes (DepthNormalOnlyPass.GetGraphicsFormat).</summary>
        public static RenderTexture World(Camera camera)
        {
            return Fill(camera, PixelFormat.Signed, normal => new Vector4(normal.x, normal.y, normal.z, 0f));
        }

        /// <summary>HDRP, and URP with accurate G-buffer normals (core's Packing.hlsl: PackNormalOctQuadEncode, PackFloat2To888).</summary>
        public static RenderTexture Octahedron(Camera camera)
        {
            return Fill(camera, PixelFormat.Of(TextureFormat.RGBA32, false), normal => normal.magnitude == 0f ? new Vector4() : Pack(normal));
        }

        /// <summary>Built-in: camera space beside a depth of 16 bits (Internal-DepthNormalsTexture.shader).</summary>
        public static RenderTexture DepthNormals(Camera camera)
        {
            var view = camera.worldToCameraMatrix;
            var pictures = CameraPictures.Of(camera);
            var at = 0;
            return Fill(camera, PixelFormat.Of(TextureFormat.RGBA32, false), normal =>
            {
                var raw = pictures.Depth.Pixels.Load(pictures.Depth.Bytes, at++).x;
                if (normal.magnitude == 0f) return new Vector4(0.5f, 0.5f, 1f, 1f); // as it was cleared
                var n = view * new Vector4(normal.x, normal.y, normal.z, 0f);
                var depth = Math.Min(Metres(camera, raw) / camera.farClipPlane, 0.9999f);
                var fine = 255f * depth - (float)Math.Floor(255f * depth);
                return new Vector4(
                    n.x / (n.z + 1f) / ViewScale * 0.5f + 0.5f, n.y / (n.z + 1f) / ViewScale * 0.5f + 0.5f, depth - fine / 255f, fine);
            });
        }

        private static Vector4 Pack(Vector3 normal)
        {
            var size = Math.Abs(normal.x) + Math.Abs(normal.y) + Math.Abs(normal.z);
            float x = normal.x / size, y = normal.y / size, fold = Math.Max(0f, -normal.z / size);
            x += x >= 0f ? fold : -fold;
            y += y >= 0f ? fold : -fold;
            int across = (int)((x * 0.5f + 0.5f) * 4095.5f), up = (int)((y * 0.5f + 0.5f) * 4095.5f);
            return new Vector4((across & 255) / 255f, (up & 255) / 255f, ((across >> 8) | (up >> 8 << 4)) / 255f, 0.5f);
        }

        private static float Metres(Camera camera, float raw)
        {
            var depth = SystemInfo.usesReversedZBuffer ? 1f - raw : raw;
            var lens = camera.projectionMatrix;
            return lens.m23 / (lens.m22 + 2f * depth - 1f);
        }

        private static RenderTexture Fill(Camera camera, PixelFormat format, Func<Vector3, Vector4> encode)
        {
            var pictures = CameraPictures.Of(camera);
            var target = pictures.StoredNormals;
            target.Pixels = format;
            for (var i = 0; i < target.width * target.height; i++)
            {
                var normal = pictures.Normals.Pixels.Load(pictures.Normals.Bytes, i);
                format.Store(target.Bytes, i, encode(new Vector3(normal.x, normal.y, normal.z)));
            }
            return target;
        }
    }
}
