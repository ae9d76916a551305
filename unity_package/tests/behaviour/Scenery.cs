using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>What a camera sees of a floor, a wall and the sky, with the depth that this graphics device would hold.</summary>
    internal static class Scenery
    {
        public static void Render(Camera camera)
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
                var metres = Hit(camera.transform.position, ray);
                var at = y * pictures.Color.width + x;
                var shade = metres <= 0f ? 0.85f : 0.25f + 0.5f / (1f + 0.1f * metres);
                pictures.Color.Pixels.Store(pictures.Color.Bytes, at, new Vector4(shade, 0.9f * shade, metres <= 0f ? 1f : 0.7f * shade, 1f));
                pictures.Depth.Pixels.Store(pictures.Depth.Bytes, at, new Vector4(Stored(clipFromCamera, metres), 0f, 0f, 1f));
            }
        }

        private static float Hit(Vector3 eye, Vector4 ray)
        {
            var nearest = float.PositiveInfinity;
            if (ray.y < 0f) nearest = -eye.y / ray.y;
            // A wall to the right, a box to the left.
            var wall = (3f - eye.x) / ray.x;
            if (ray.x > 0f && wall < nearest && eye.y + wall * ray.y < 2.5f && eye.z + wall * ray.z < 14f) nearest = wall;
            var box = (6f - eye.z) / ray.z;
            float boxX = eye.x + box * ray.x, boxY = eye.y + box * ray.y;
            if (ray.z > 0f && box < nearest && boxX > -3f && boxX < -1f && boxY < 1.5f) nearest = box;
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
