using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using UnityEngine;
using UnityEngine.Rendering;

namespace StandIn
{
    /// <summary>Runs a command buffer's commands on textures that are bytes.</summary>
    internal sealed unsafe class Gpu
    {
        /// <summary>What a render pipeline has published under a name of its own.</summary>
        public static readonly Dictionary<string, Texture> GlobalNames = new Dictionary<string, Texture>();

        public readonly Dictionary<int, Texture> Globals = new Dictionary<int, Texture>();
        public Texture Target;

        private readonly Camera _camera;
        private readonly Dictionary<int, Texture> _temporary = new Dictionary<int, Texture>();

        public Gpu(Camera camera)
        {
            _camera = camera;
        }

        public void GetTemporary(int id, int width, int height)
        {
            var texture = new RenderTexture(width < 0 ? Screen.width : width, height < 0 ? Screen.height : height, 0);
            texture.Create();
            _temporary.Add(id, texture);
        }

        public void ReleaseTemporary(int id)
        {
            Game.DestroyNow(_temporary[id]);
            _temporary.Remove(id);
        }

        public void RequireNoTemporaries()
        {
            if (_temporary.Count != 0) throw new InvalidOperationException("A temporary render texture was not released.");
        }

        public Texture Find(RenderTargetIdentifier what)
        {
            switch (what.Type)
            {
                case BuiltinRenderTextureType.BindableTexture: return what.Texture;
                case BuiltinRenderTextureType.PropertyName: return _temporary[what.NameId];
                case BuiltinRenderTextureType.CameraTarget: return CameraPictures.Of(_camera).Color;
                case BuiltinRenderTextureType.Depth: return CameraPictures.Of(_camera).Depth;
                case BuiltinRenderTextureType.MotionVectors: return CameraPictures.Of(_camera).Motion;
                default: return null;
            }
        }

        /// <summary>A blit: nearest texel, same way up.</summary>
        public static void Copy(Texture source, Texture target)
        {
            for (var y = 0; y < target.height; y++)
            for (var x = 0; x < target.width; x++)
            {
                var texel = y * source.height / target.height * source.width + x * source.width / target.width;
                target.Pixels.Store(target.Bytes, y * target.width + x, source.Pixels.Load(source.Bytes, texel));
            }
        }

        /// <summary>The package's shader, compiled from its HLSL by a C++ compiler.</summary>
        public void Draw(Material material, int pass)
        {
            var uniforms = new Uniforms
            {
                Target = Vector(material, "_LSDTarget"), Used = Vector(material, "_LSDUsed"), Depth = Vector(material, "_LSDDepth"),
                Lens = Vector(material, "_LSDLens"), Motion = Vector(material, "_LSDMotion"),
            };
            Matrix(material, "_LSDToCaptured", uniforms.ToCaptured);
            Matrix(material, "_LSDToPrevious", uniforms.ToPrevious);
            var color = Source("_LSDColorSource", pass == 0);
            var areNamed = material.Keywords.Contains("LSD_GLOBAL_NAMES");
            var depth = Source(areNamed ? "_CameraDepthTexture" : "_LSDDepthSource", pass != 0);
            var motion = Source(areNamed ? "_MotionVectorTexture" : "_LSDMotionSource", pass == 2);
            var output = new float[4 * Target.width * Target.height];
            stand_in_draw(pass, ref uniforms, color.Texels, color.Width, color.Height, depth.Texels, depth.Width, depth.Height,
                          motion.Texels, motion.Width, motion.Height, output, Target.width, Target.height);
            for (var i = 0; i < Target.width * Target.height; i++)
                Target.Pixels.Store(Target.Bytes, i, new Vector4(output[4 * i], output[4 * i + 1], output[4 * i + 2], output[4 * i + 3]));
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct Uniforms
        {
            public Vector4 Target, Used, Depth, Lens, Motion;
            public fixed float ToCaptured[16];
            public fixed float ToPrevious[16];
        }

        private struct Texels4
        {
            public float[] Texels;
            public int Width, Height;
        }

        [DllImport("stand_in_shader")]
        private static extern void stand_in_draw(
            int pass, ref Uniforms uniforms, float[] color, int colorWidth, int colorHeight, float[] depth, int depthWidth,
            int depthHeight, float[] motion, int motionWidth, int motionHeight, float[] output, int width, int height);

        private static Vector4 Vector(Material material, string name)
        {
            Vector4 value;
            return material.Vectors.TryGetValue(Shader.PropertyToID(name), out value) ? value : new Vector4();
        }

        private static void Matrix(Material material, string name, float* rows)
        {
            Matrix4x4 value;
            if (!material.Matrices.TryGetValue(Shader.PropertyToID(name), out value)) return;
            for (var i = 0; i < 16; i++) rows[i] = value[i / 4, i % 4];
        }

        private Texels4 Source(string name, bool isUsed)
        {
            Texture texture;
            if (!isUsed) return new Texels4 { Texels = new float[4] };
            if (!GlobalNames.TryGetValue(name, out texture) && !Globals.TryGetValue(Shader.PropertyToID(name), out texture))
                return new Texels4 { Texels = new float[4] };
            var texels = new float[4 * texture.width * texture.height];
            for (var i = 0; i < texture.width * texture.height; i++)
            {
                var value = texture.Pixels.Load(texture.Bytes, i);
                texels[4 * i] = value.x;
                texels[4 * i + 1] = value.y;
                texels[4 * i + 2] = value.z;
                texels[4 * i + 3] = value.w;
            }
            return new Texels4 { Texels = texels, Width = texture.width, Height = texture.height };
        }
    }
}
