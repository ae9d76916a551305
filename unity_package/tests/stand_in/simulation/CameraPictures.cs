using System.Collections.Generic;
using UnityEngine;

namespace StandIn
{
    /// <summary>What a camera "renders": textures that a test fills. v = 0 is the picture's bottom row, as in Unity.</summary>
    public sealed class CameraPictures
    {
        private static readonly Dictionary<Camera, CameraPictures> All = new Dictionary<Camera, CameraPictures>();

        public RenderTexture Color, Depth, Motion;

        /// <summary>World space, three floats; zeros: nothing was drawn there.</summary>
        public RenderTexture Normals;

        /// <summary>The normals as the pipeline keeps them; see NormalBuffers.</summary>
        internal RenderTexture StoredNormals;

        public static CameraPictures Of(Camera camera)
        {
            CameraPictures pictures;
            if (All.TryGetValue(camera, out pictures) && pictures.Color.width == camera.pixelWidth && pictures.Color.height == camera.pixelHeight)
                return pictures;
            if (pictures != null) pictures.Destroy();
            pictures = new CameraPictures
            {
                Color = Make(camera, RenderTextureFormat.ARGB32),
                Depth = Make(camera, RenderTextureFormat.RFloat),
                Motion = Make(camera, RenderTextureFormat.RGHalf),
                Normals = Make(camera, RenderTextureFormat.ARGBFloat),
                StoredNormals = Make(camera, RenderTextureFormat.ARGB32),
            };
            All[camera] = pictures;
            return pictures;
        }

        public static void Forget()
        {
            foreach (var pictures in All.Values) pictures.Destroy();
            All.Clear();
        }

        private static RenderTexture Make(Camera camera, RenderTextureFormat format)
        {
            var texture = new RenderTexture(camera.pixelWidth, camera.pixelHeight, 0, format);
            texture.Create();
            return texture;
        }

        private void Destroy()
        {
            Game.DestroyNow(Color);
            Game.DestroyNow(Depth);
            Game.DestroyNow(Motion);
            Game.DestroyNow(Normals);
            Game.DestroyNow(StoredNormals);
        }
    }

    /// <summary>A transform as Unity's worldToCameraMatrix: left-handed world, camera space looking along -z.</summary>
    internal static class Poses
    {
        /// <summary>A transform as Unity's localToWorldMatrix, for things whose parents stay at the origin.</summary>
        public static Matrix4x4 World(Transform transform)
        {
            var size = transform.localScale;
            var axes = new[]
            {
                transform.rotation * new Vector3(size.x, 0f, 0f), transform.rotation * new Vector3(0f, size.y, 0f),
                transform.rotation * new Vector3(0f, 0f, size.z), transform.position,
            };
            var world = new Matrix4x4 { m33 = 1f };
            for (var column = 0; column < 4; column++)
            {
                world[0, column] = axes[column].x;
                world[1, column] = axes[column].y;
                world[2, column] = axes[column].z;
            }
            return world;
        }

        public static Matrix4x4 View(Transform transform)
        {
            var right = transform.rotation * new Vector3(1f, 0f, 0f);
            var up = transform.rotation * Vector3.up;
            var forward = transform.rotation * Vector3.forward;
            var world = new Matrix4x4 { m33 = 1f };
            var axes = new[] { right, up, forward * -1f, transform.position };
            for (var column = 0; column < 4; column++)
            {
                world[0, column] = axes[column].x;
                world[1, column] = axes[column].y;
                world[2, column] = axes[column].z;
            }
            return world.inverse;
        }
    }
}
