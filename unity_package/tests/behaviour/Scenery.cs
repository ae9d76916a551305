using System;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>What a camera sees of a floor, a wall and the sky, with the depth that this graphics device would hold; the normals are bumpy.</summary>
    internal static class Scenery
    {
        /// <param name="isPatterned">Surfaces have a pattern of their own, else they are darker far away.</param>
        public static void Render(Camera camera, bool isPatterned = false)
        {
            var pictures = CameraPictures.Of(camera);
            var clipFromCamera = GL.GetGPUProjectionMatrix(camera.projectionMatrix, false);
            var cameraFromWorld = camera.worldToCameraMatrix;
            var worldFromCamera = cameraFromWorld.inverse;
            var lens = camera.projectionMatrix;
            for (var y = 0; y < pictures.Color.height; y++)
            for (var x = 0; x < pictures.Color.width; x++)
            {
                // Row 0 is the picture's bottom; camera space looks along -z.
                var across = (2f * (x + 0.5f) / pictures.Color.width - 1f) / lens.m00;
                var up = (2f * (y + 0.5f) / pictures.Color.height - 1f) / lens.m11;
                var ray = worldFromCamera * new Vector4(across, up, -1f, 0f);
                Vector3 normal;
                var metres = Hit(camera.transform.position, ray, out normal);
                var at = y * pictures.Color.width + x;
                var shade = metres <= 0f ? 0.85f : 0.25f + 0.5f / (1f + 0.1f * metres);
                if (isPatterned && metres > 0f) shade = Pattern(camera.transform.position, ray, metres);
                pictures.Color.Pixels.Store(pictures.Color.Bytes, at, new Vector4(shade, 0.9f * shade, metres <= 0f ? 1f : 0.7f * shade, 1f));
                normal = metres <= 0f ? Vector3.zero : Bumpy(normal, x, y);
                pictures.Normals.Pixels.Store(pictures.Normals.Bytes, at, new Vector4(normal.x, normal.y, normal.z, 0f));
                pictures.Depth.Pixels.Store(pictures.Depth.Bytes, at, new Vector4(Stored(clipFromCamera, metres), 0f, 0f, 1f));
            }
        }

        private static float Pattern(Vector3 eye, Vector4 ray, float metres)
        {
            float x = eye.x + metres * ray.x, y = eye.y + metres * ray.y, z = eye.z + metres * ray.z;
            // Finer than a pixel far away, where nothing but a blur would be seen.
            var seen = 1f / (1f + 0.003f * metres * metres);
            return 0.5f + 0.3f * seen * (float)(Math.Sin(3.1 * x + 0.4 * z) * Math.Cos(2.3 * z) + 0.5 * Math.Sin(4.0 * y));
        }

        // As a normal map would have it.
        private static Vector3 Bumpy(Vector3 normal, int x, int y)
        {
            var bump = new Vector3((float)Math.Sin(0.4 * x), (float)Math.Sin(0.3 * y), (float)Math.Sin(0.25 * (x + y)));
            return (normal + bump * 0.6f).normalized;
        }

        private static float Hit(Vector3 eye, Vector4 ray, out Vector3 normal)
        {
            normal = Vector3.up;
            var nearest = float.PositiveInfinity;
            if (ray.y < 0f) nearest = -eye.y / ray.y;
            // A wall to the right, a box to the left.
            var wall = (3f - eye.x) / ray.x;
            if (ray.x > 0f && wall < nearest && eye.y + wall * ray.y < 2.5f && eye.z + wall * ray.z < 14f)
            {
                nearest = wall;
                normal = new Vector3(-1f, 0f, 0f);
            }
            var box = (6f - eye.z) / ray.z;
            float boxX = eye.x + box * ray.x, boxY = eye.y + box * ray.y;
            if (ray.z > 0f && box < nearest && boxX > -3f && boxX < -1f && boxY < 1.5f)
            {
                nearest = box;
                normal = new Vector3(0f, 0f, -1f);
            }
            return nearest < 900f ? nearest : 0f;
        }

        private static float Stored(Matrix4x4 clipFromCamera, float metres)
        {
            if (metres <= 0f) return SystemInfo.usesReversedZBuffer ? 0f : 1f;
            var clip = clipFromCamera * new Vector4(0f, 0f, -metres, 1f);
            var depth = clip.z / clip.w;
            // OpenGL's -1..1 is held as 0..1.
            return SystemInfo.usesReversedZBuffer ? depth : 0.5f + 0.5f * depth;
        }
    }
}
