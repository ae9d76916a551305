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

        /// <summary>A projection whose picture is moved by -x, -y, in clip space's halves of the screen.</summary>
        public static Matrix4x4 Jittered(Matrix4x4 steady, float x, float y)
        {
            var isPerspective = steady[3, 2] != 0f;
            steady[0, isPerspective ? 2 : 3] += isPerspective ? x : -x;
            steady[1, isPerspective ? 2 : 3] += isPerspective ? y : -y;
            return steady;
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

        /// <summary>The same for a projection that somebody set by hand: other planes than the camera says, or a tilted near
        /// plane (portals, water). `oblique` is the shader's _LSDOblique.</summary>
        public static Vector4 DepthToMetres(CameraPose pose, bool isReversed, out Vector4 oblique)
        {
            var p = pose.SteadyProjection;
            oblique = new Vector4();
            var expected = -(pose.Far + pose.Near) / (pose.Far - pose.Near);
            var isPlain = p[2, 0] == 0f && p[2, 1] == 0f && Mathf.Abs(p[2, 2] - expected) < 1e-4f * Mathf.Abs(expected);
            if (pose.IsOrthographic || isPlain || p[3, 2] == 0f) return DepthToMetres(pose.Near, pose.Far, pose.IsOrthographic, isReversed);
            // stored = (clip.z / clip.w + 1) / 2, clip.z / clip.w = slope(x, y) + p23 / metres.
            oblique.z = p[2, 0] / p[0, 0];
            oblique.w = p[2, 1] / p[1, 1];
            var slope = oblique.z * p[0, 2] + oblique.w * p[1, 2] - p[2, 2];
            oblique.x = -oblique.z / p[2, 3];
            oblique.y = -oblique.w / p[2, 3];
            return isReversed
                ? new Vector4(-2f / p[2, 3], (1f - slope) / p[2, 3], 0f, 0f)
                : new Vector4(2f / p[2, 3], (-1f - slope) / p[2, 3], 1f, 0f);
        }

        /// <summary>A matrix that moves points of Unity's world, as the protocol's world has it: both sides change the sign of z.</summary>
        public static Matrix4x4 TransformToProtocol(Matrix4x4 m)
        {
            for (var i = 0; i < 4; i++)
            {
                m[2, i] = -m[2, i];
                m[i, 2] = -m[i, 2];
            }
            return m;
        }

        /// <summary>Clip space for drawing into a plane whose row 0 is the picture's top, on every graphics API.</summary>
        public static Matrix4x4 PlaneFromWorld(Matrix4x4 view, Matrix4x4 projection)
        {
            var clip = GL.GetGPUProjectionMatrix(projection, false);
            if (!SystemInfo.graphicsUVStartsAtTop)
                for (var column = 0; column < 4; column++) clip[1, column] = -clip[1, column];
            return clip * view;
        }

        /// <summary>The shader's _LSDRays: a point's x in camera space = (its x on the picture, -1..1, * .x + .z) * metres, and y likewise;
        /// with an orthographic projection without the metres.</summary>
        public static Vector4 RaysOfPicture(Matrix4x4 projection)
        {
            var isPerspective = projection[3, 2] != 0f;
            var x = isPerspective ? projection[0, 2] : -projection[0, 3];
            var y = isPerspective ? projection[1, 2] : -projection[1, 3];
            return new Vector4(1f / projection[0, 0], 1f / projection[1, 1], x / projection[0, 0], y / projection[1, 1]);
        }

        /// <summary>The shader's _LSDLens: clip.w = metres * x + y and clip.z = metres * z + w.</summary>
        public static Vector4 ClipFromMetres(Matrix4x4 projection)
        {
            var slope = -projection[2, 2];
            if (projection[3, 2] != 0f)
                slope += projection[2, 0] / projection[0, 0] * projection[0, 2] + projection[2, 1] / projection[1, 1] * projection[1, 2];
            return new Vector4(-projection[3, 2], projection[3, 3], slope, projection[2, 3]);
        }
    }
}
