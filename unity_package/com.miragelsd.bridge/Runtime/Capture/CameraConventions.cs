using UnityEngine;

namespace MirageLSD
{
    /// <summary>From Unity's conventions to the protocol's (PROTOCOL.md, section 2), and the only place where the two meet.</summary>
    /// <remarks>
    /// Unity's world is left-handed (+z forward), the protocol's right-handed: z changes its sign. Camera space is the same
    /// in both (+x right, +y up, -z forward), and so is the projection that scripts see (OpenGL's), whatever the graphics API.
    /// </remarks>
    internal static class CameraConventions
    {
        /// <summary>A point or direction of Unity's world in the protocol's.</summary>
        public static Vector3 ToProtocol(Vector3 v)
        {
            return new Vector3(v.x, v.y, -v.z);
        }

        /// <summary>Unity's worldToCameraMatrix as camera_from_world of the protocol's world.</summary>
        public static Matrix4x4 ViewToProtocol(Matrix4x4 cameraFromUnityWorld)
        {
            var view = cameraFromUnityWorld;
            for (var row = 0; row < 4; row++) view[row, 2] = -view[row, 2];
            return view;
        }

        /// <summary>How far a jittered projection moves the picture, in pixels, +x right, +y down.</summary>
        public static Vector2 JitterPixels(Matrix4x4 jittered, Matrix4x4 steady, int width, int height)
        {
            // ndc.x = (m00 x + m02 z) / -z in a perspective, m00 x + m03 in an orthographic projection.
            var isPerspective = steady[3, 2] != 0f;
            var x = isPerspective ? steady[0, 2] - jittered[0, 2] : jittered[0, 3] - steady[0, 3];
            var y = isPerspective ? steady[1, 2] - jittered[1, 2] : jittered[1, 3] - steady[1, 3];
            return new Vector2(x * 0.5f * width, -y * 0.5f * height);
        }

        /// <summary>The shader's _LSDDepth: how a stored depth value becomes metres.</summary>
        public static Vector4 DepthToMetres(float near, float far, bool isOrthographic, bool isReversed)
        {
            if (isOrthographic)
                return isReversed ? new Vector4(near - far, far, 0f, 1f) : new Vector4(far - near, near, 1f, 1f);
            // 1 / metres is linear in what is stored: 1 / near at the near plane, 1 / far at the far plane.
            var slope = 1f / near - 1f / far;
            return isReversed ? new Vector4(slope, 1f / far, 0f, 0f) : new Vector4(-slope, 1f / near, 1f, 0f);
        }

        /// <summary>The shader's _LSDLens: clip.w = metres * x + y and clip.z = metres * z + w.</summary>
        public static Vector4 ClipFromMetres(Matrix4x4 projection)
        {
            return new Vector4(-projection[3, 2], projection[3, 3], -projection[2, 2], projection[2, 3]);
        }
    }
}
