using UnityEngine;

namespace MirageLSD
{
    /// <summary>The seventeen float4 that MirageLSDShade.hlsl takes of a frame, in its order.</summary>
    internal sealed class ShadingConstants
    {
        public const int Count = 17;
        private const int ContextRows = 8, PaletteRows = 11;

        public readonly Vector4[] Rows = new Vector4[Count];

        public void SetCamera(CameraPose pose)
        {
            // With the jitter: depth has it too.
            WriteCamera(Rows, pose.View, pose.Projection);
        }

        /// <summary>The first four rows, of this shader and of late reprojection's: world from camera, and the lens.</summary>
        public static void WriteCamera(Vector4[] rows, Matrix4x4 view, Matrix4x4 projection)
        {
            var worldFromCamera = CameraConventions.ViewToProtocol(view).inverse;
            for (var row = 0; row < 3; row++) rows[row] = worldFromCamera.GetRow(row);
            rows[3] = new Vector4(projection[0, 0], projection[1, 1], projection[0, 2], projection[1, 2]);
        }

        /// <param name="sun">Unit, towards the sun, in the protocol's world.</param>
        public void SetLook(Vector3 sun, float strength, Vector3 seed, bool keepsAlpha, float[] palette)
        {
            Rows[4] = new Vector4(sun.x, sun.y, sun.z, strength);
            Rows[5] = new Vector4(seed.x, seed.y, seed.z, keepsAlpha ? 1f : 0f);
            for (var i = 0; i < 6; i++)
                Rows[PaletteRows + i] = new Vector4(palette[4 * i], palette[4 * i + 1], palette[4 * i + 2], palette[4 * i + 3]);
        }

        public void SetSizes(Vector2Int picture, Vector2Int context, bool hasNormals, bool hasIds)
        {
            Rows[6] = new Vector4(picture.x, picture.y, context.x, context.y);
            Rows[7] = new Vector4(1f, hasNormals ? 1f : 0f, hasIds ? 2f : 0f, Rows[7].w); // with transforms
        }

        /// <summary>The camera of the frame that the context was made for: each point reads the context where that frame saw it.</summary>
        public unsafe void SetContextCamera(NativeCamera camera, bool isThere)
        {
            Rows[7].w = isThere ? 1f : 0f;
            if (!isThere) return;
            for (var i = 0; i < 3; i++)
            {
                var row = i < 2 ? i : 3; // x, y, w of clip space
                for (var column = 0; column < 4; column++)
                {
                    var sum = 0.0;
                    for (var k = 0; k < 4; k++) sum += (double)camera.projection[4 * row + k] * camera.view[4 * k + column];
                    Rows[ContextRows + i][column] = (float)sum;
                }
            }
        }
    }
}
