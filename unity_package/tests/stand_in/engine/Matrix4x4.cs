using System;

namespace UnityEngine
{
    // Runtime/Export/Math/Matrix4x4.cs
    public struct Matrix4x4
    {
        public float m00, m10, m20, m30, m01, m11, m21, m31, m02, m12, m22, m32, m03, m13, m23, m33;

        public static Matrix4x4 identity => new Matrix4x4 { m00 = 1f, m11 = 1f, m22 = 1f, m33 = 1f };

        public float this[int row, int column]
        {
            get { return this[row + column * 4]; }
            set { this[row + column * 4] = value; }
        }

        // Columns after each other, as in Unity.
        public unsafe float this[int index]
        {
            get
            {
                if (index < 0 || index > 15) throw new IndexOutOfRangeException();
                fixed (float* first = &m00) return first[index];
            }
            set
            {
                if (index < 0 || index > 15) throw new IndexOutOfRangeException();
                fixed (float* first = &m00) first[index] = value;
            }
        }

        public Vector4 GetRow(int index)
        {
            return new Vector4(this[index, 0], this[index, 1], this[index, 2], this[index, 3]);
        }

        public Matrix4x4 inverse
        {
            get
            {
                Matrix4x4 result;
                return StandIn.LinearAlgebra.TryInvert(this, out result) ? result : new Matrix4x4();
            }
        }

        public static Matrix4x4 Perspective(float fov, float aspect, float zNear, float zFar)
        {
            var height = 1f / (float)Math.Tan(fov * Math.PI / 360.0);
            return new Matrix4x4
            {
                m00 = height / aspect,
                m11 = height,
                m22 = -(zFar + zNear) / (zFar - zNear),
                m23 = -2f * zFar * zNear / (zFar - zNear),
                m32 = -1f,
            };
        }

        public static Matrix4x4 Ortho(float left, float right, float bottom, float top, float zNear, float zFar)
        {
            return new Matrix4x4
            {
                m00 = 2f / (right - left),
                m03 = -(right + left) / (right - left),
                m11 = 2f / (top - bottom),
                m13 = -(top + bottom) / (top - bottom),
                m22 = -2f / (zFar - zNear),
                m23 = -(zFar + zNear) / (zFar - zNear),
                m33 = 1f,
            };
        }

        public static Matrix4x4 operator *(Matrix4x4 lhs, Matrix4x4 rhs)
        {
            var product = new Matrix4x4();
            for (var row = 0; row < 4; row++)
            for (var column = 0; column < 4; column++)
            {
                var sum = 0.0;
                for (var k = 0; k < 4; k++) sum += (double)lhs[row, k] * rhs[k, column];
                product[row, column] = (float)sum;
            }
            return product;
        }

        public static Vector4 operator *(Matrix4x4 m, Vector4 v)
        {
            return new Vector4(
                m.m00 * v.x + m.m01 * v.y + m.m02 * v.z + m.m03 * v.w, m.m10 * v.x + m.m11 * v.y + m.m12 * v.z + m.m13 * v.w,
                m.m20 * v.x + m.m21 * v.y + m.m22 * v.z + m.m23 * v.w, m.m30 * v.x + m.m31 * v.y + m.m32 * v.z + m.m33 * v.w);
        }
    }

    // Runtime/Transform/ScriptBindings/Transform.bindings.cs
    public class Transform : Component
    {
        public Vector3 position { get; set; }
        public Quaternion rotation { get; set; } = Quaternion.identity;
        public Vector3 forward => rotation * Vector3.forward;
        public Transform parent { get; private set; }

        internal readonly System.Collections.Generic.List<Transform> Children = new System.Collections.Generic.List<Transform>();

        public Matrix4x4 localToWorldMatrix => StandIn.Poses.World(this);

        public void SetParent(Transform p)
        {
            if (parent != null) parent.Children.Remove(this);
            parent = p;
            if (p != null) p.Children.Add(this);
        }

        public Vector3 localScale { get; set; } = Vector3.one;
    }
}
