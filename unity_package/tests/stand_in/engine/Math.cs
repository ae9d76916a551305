using System;

namespace UnityEngine
{
    // Runtime/Export/Math/Vector2.cs
    public struct Vector2
    {
        public float x, y;

        public Vector2(float x, float y)
        {
            this.x = x;
            this.y = y;
        }

        public static Vector2 one => new Vector2(1f, 1f);
        public static Vector2 zero => new Vector2(0f, 0f);
    }

    // Runtime/Export/Math/Vector2Int.cs
    public struct Vector2Int
    {
        public Vector2Int(int x, int y)
        {
            this.x = x;
            this.y = y;
        }

        public int x { get; set; }
        public int y { get; set; }

        public static Vector2Int zero => new Vector2Int(0, 0);
    }

    // Runtime/Export/Math/Vector3.cs
    public struct Vector3
    {
        public float x, y, z;

        public Vector3(float x, float y, float z)
        {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        public static Vector3 zero => new Vector3(0f, 0f, 0f);
        public static Vector3 one => new Vector3(1f, 1f, 1f);
        public static Vector3 up => new Vector3(0f, 1f, 0f);
        public static Vector3 forward => new Vector3(0f, 0f, 1f);

        public float sqrMagnitude => x * x + y * y + z * z;
        public float magnitude => (float)Math.Sqrt(x * x + y * y + z * z);

        public static float Angle(Vector3 from, Vector3 to)
        {
            var lengths = from.magnitude * to.magnitude;
            if (lengths < 1e-15f) return 0f;
            var cosine = (from.x * to.x + from.y * to.y + from.z * to.z) / lengths;
            return (float)(Math.Acos(Math.Max(-1.0, Math.Min(1.0, cosine))) * 180.0 / Math.PI);
        }

        public static Vector3 operator +(Vector3 a, Vector3 b)
        {
            return new Vector3(a.x + b.x, a.y + b.y, a.z + b.z);
        }

        public static Vector3 operator -(Vector3 a, Vector3 b)
        {
            return new Vector3(a.x - b.x, a.y - b.y, a.z - b.z);
        }

        public Vector3 normalized
        {
            get { return magnitude > 1e-5f ? this * (1f / magnitude) : new Vector3(0f, 0f, 0f); }
        }

        public static Vector3 operator -(Vector3 a)
        {
            return new Vector3(-a.x, -a.y, -a.z);
        }

        public static bool operator ==(Vector3 lhs, Vector3 rhs)
        {
            return (lhs - rhs).magnitude < 1e-5f;
        }

        public static bool operator !=(Vector3 lhs, Vector3 rhs)
        {
            return !(lhs == rhs);
        }

        public override bool Equals(object other)
        {
            return other is Vector3 && this == (Vector3)other;
        }

        public override int GetHashCode()
        {
            return 0;
        }

        public static Vector3 operator *(Vector3 a, float d)
        {
            return new Vector3(a.x * d, a.y * d, a.z * d);
        }
    }

    // Runtime/Export/Math/Vector4.cs
    public struct Vector4
    {
        public float x, y, z, w;

        public Vector4(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }

        public float this[int index]
        {
            get { return index == 0 ? x : index == 1 ? y : index == 2 ? z : w; }
            set
            {
                if (index == 0) x = value;
                else if (index == 1) y = value;
                else if (index == 2) z = value;
                else w = value;
            }
        }

        public static Vector4 operator -(Vector4 a)
        {
            return new Vector4(-a.x, -a.y, -a.z, -a.w);
        }

        public static float Dot(Vector4 a, Vector4 b)
        {
            return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
        }
    }

    // Runtime/Export/Math/Quaternion.cs
    public struct Quaternion
    {
        public float x, y, z, w;

        public static Quaternion identity => new Quaternion { w = 1f };

        // Degrees, about z, then x, then y.
        public static Quaternion Euler(float x, float y, float z)
        {
            return Turn(y, 0f, 1f, 0f) * Turn(x, 1f, 0f, 0f) * Turn(z, 0f, 0f, 1f);
        }

        public static Quaternion operator *(Quaternion a, Quaternion b)
        {
            return new Quaternion
            {
                x = a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                y = a.w * b.y + a.y * b.w + a.z * b.x - a.x * b.z,
                z = a.w * b.z + a.z * b.w + a.x * b.y - a.y * b.x,
                w = a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
            };
        }

        public static Vector3 operator *(Quaternion q, Vector3 v)
        {
            var turned = q * new Quaternion { x = v.x, y = v.y, z = v.z } * new Quaternion { x = -q.x, y = -q.y, z = -q.z, w = q.w };
            return new Vector3(turned.x, turned.y, turned.z);
        }

        private static Quaternion Turn(float degrees, float x, float y, float z)
        {
            var half = degrees * Math.PI / 360.0;
            var sine = (float)Math.Sin(half);
            return new Quaternion { x = x * sine, y = y * sine, z = z * sine, w = (float)Math.Cos(half) };
        }
    }

    // Runtime/Export/Math/Color.cs
    public struct Color
    {
        public float r, g, b, a;

        public Color(float r, float g, float b, float a)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            this.a = a;
        }

        public Color(float r, float g, float b) : this(r, g, b, 1f)
        {
        }

        public static Color white => new Color(1f, 1f, 1f);
        public static Color green => new Color(0f, 1f, 0f);
        public static Color yellow => new Color(1f, 0.92f, 0.016f);
        public static Color red => new Color(1f, 0f, 0f);
        public static Color gray => new Color(0.5f, 0.5f, 0.5f);

        public Color linear => new Color(
            Mathf.GammaToLinearSpace(r), Mathf.GammaToLinearSpace(g), Mathf.GammaToLinearSpace(b), a);

        public static Color clear => new Color(0f, 0f, 0f, 0f);

        public static Color operator *(Color a, Color b)
        {
            return new Color(a.r * b.r, a.g * b.g, a.b * b.b, a.a * b.a);
        }

        public static Color operator *(Color a, float b)
        {
            return new Color(a.r * b, a.g * b, a.b * b, a.a * b);
        }
    }

    // Runtime/Export/Math/Mathf.cs, Math.bindings.cs
    public struct Mathf
    {
        public static float Abs(float f)
        {
            return Math.Abs(f);
        }

        public static float Clamp01(float value)
        {
            return Clamp(value, 0f, 1f);
        }

        // Runtime/Export/Math/Mathf.bindings.cs
        public static float HalfToFloat(ushort val)
        {
            return StandIn.Half.ToFloat(val);
        }

        public static int Min(int a, int b)
        {
            return Math.Min(a, b);
        }

        /// <summary>The stand-in's is no black body's: red falls, blue rises with the temperature, white at 6500 K.</summary>
        public static Color CorrelatedColorTemperatureToRGB(float kelvin)
        {
            return kelvin < 6500f ? new Color(1f, kelvin / 6500f, kelvin / 13000f) : new Color(6500f / kelvin, 1f, 1f);
        }

        public static int RoundToInt(float f)
        {
            return (int)Math.Round(f);
        }

        public static int Clamp(int value, int min, int max)
        {
            return Math.Max(min, Math.Min(max, value));
        }

        public static float Clamp(float value, float min, float max)
        {
            return Math.Max(min, Math.Min(max, value));
        }

        public static float Max(float a, float b)
        {
            return Math.Max(a, b);
        }

        public static int Max(int a, int b)
        {
            return Math.Max(a, b);
        }

        public static float GammaToLinearSpace(float value)
        {
            return value <= 0.04045f ? value / 12.92f : (float)Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        public static float LinearToGammaSpace(float value)
        {
            return value <= 0.0031308f ? value * 12.92f : (float)(1.055 * Math.Pow(value, 1.0 / 2.4) - 0.055);
        }
    }

    // Runtime/Export/Geometry/Rect.cs
    public struct Rect
    {
        public Rect(float x, float y, float width, float height)
        {
            this.x = x;
            this.y = y;
            this.width = width;
            this.height = height;
        }

        public float x { get; set; }
        public float y { get; set; }
        public float width { get; set; }
        public float height { get; set; }
        public float xMin => x;
        public float yMin => y;
        public float xMax => x + width;
        public float yMax => y + height;
    }
}
