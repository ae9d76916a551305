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

        /// <summary>Keywords that a render pipeline has switched on for all shaders.</summary>
        public static readonly HashSet<string> GlobalKeywords = new HashSet<string>();

        public readonly Dictionary<int, Texture> Globals = new Dictionary<int, Texture>();
        public readonly Dictionary<int, Vector4> Vectors = new Dictionary<int, Vector4>();
        public readonly Dictionary<int, Matrix4x4> Matrices = new Dictionary<int, Matrix4x4>();
        public Texture Target;

        /// <summary>From the target's first pixel; zeros: all of it.</summary>
        public Vector2Int Viewport;

        private float[] _metres; // of what DrawFlat has drawn

        private readonly Camera _camera;
        private readonly Dictionary<int, Texture> _temporary = new Dictionary<int, Texture>();

        public Gpu(Camera camera)
        {
            _camera = camera;
        }

        public void GetTemporary(int id, int width, int height)
        {
            var texture = new RenderTexture(width < 0 ? _camera.pixelWidth : width, height < 0 ? _camera.pixelHeight : height, 0);
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

        /// <summary>A copy of memory: size and format have to be the same, and there has to be something.</summary>
        public static void CopyTexels(Texture source, Texture target)
        {
            foreach (var texture in new[] { source, target })
                if (texture == null || !((RenderTexture)texture).IsCreated()) throw new InvalidOperationException("A texture without memory is copied.");
            if (source.width != target.width || source.height != target.height || source.Pixels.Name != target.Pixels.Name)
                throw new InvalidOperationException("Only textures of one size and format can be copied.");
            Array.Copy(source.Bytes, target.Bytes, source.Bytes.Length);
        }

        /// <summary>The package's shader, compiled from its HLSL by a C++ compiler.</summary>
        public void Draw(Material material, int pass)
        {
            if (Array.IndexOf(PaintingShader.Names, material.shader.name) >= 0)
            {
                PaintingShader.Draw(material, Target);
                return;
            }
            if (pass == 3)
            {
                Present(material);
                return;
            }
            var uniforms = new Uniforms
            {
                Target = Vector(material, "_LSDTarget"), Used = Vector(material, "_LSDUsed"), Depth = Vector(material, "_LSDDepth"),
                Lens = Vector(material, "_LSDLens"), Oblique = Vector(material, "_LSDOblique"), Motion = Vector(material, "_LSDMotion"), Taps = Vector(material, "_LSDTaps"),
                Normals = Vector(material, "_LSDNormals"), Rays = Vector(material, "_LSDRays"),
            };
            Matrix(material, "_LSDToCaptured", uniforms.ToCaptured);
            Matrix(material, "_LSDToPrevious", uniforms.ToPrevious);
            Matrix(material, "_LSDWorldFromCamera", uniforms.WorldFromCamera);
            var color = Source("_LSDColorSource", pass == 0);
            var depth = Source(Name(material, "_LSDDepthSource", "LSD_GLOBAL_DEPTH", "_CameraDepthTexture", "_CameraDepthTexture"), pass != 0);
            var motion = Source(Name(material, "_LSDMotionSource", "LSD_GLOBAL_MOTION", "_MotionVectorTexture", "_CameraMotionVectorsTexture"), pass == 2);
            var normals = Source(Name(material, "_LSDNormalSource", "LSD_GLOBAL_NORMALS", "_CameraNormalsTexture", "_CameraDepthNormalsTexture"), pass == 5);
            stand_in_bind_normals(GlobalKeywords.Contains("_GBUFFER_NORMALS_OCT") ? 1 : 0, normals.Texels, normals.Width, normals.Height);
            var output = new float[4 * Target.width * Target.height];
            stand_in_draw(pass, ref uniforms, color.Texels, color.Width, color.Height, depth.Texels, depth.Width, depth.Height,
                          motion.Texels, motion.Width, motion.Height, output, Target.width, Target.height);
            for (var i = 0; i < Target.width * Target.height; i++)
                Target.Pixels.Store(Target.Bytes, i, new Vector4(output[4 * i], output[4 * i + 1], output[4 * i + 2], output[4 * i + 3]));
        }

        public void Clear()
        {
            Array.Clear(Target.Bytes, 0, Target.Bytes.Length);
            _metres = new float[Target.width * Target.height];
        }

        /// <summary>A thing as a flat square around its middle, with the depth test of the package's shader and that of the target.</summary>
        public void DrawFlat(Renderer renderer)
        {
            var clipFromWorld = Matrices[Shader.PropertyToID("_LSDClipFromWorld")];
            var middle = renderer.transform.position;
            var world = new Vector4(middle.x, middle.y, middle.z, 1f);
            var clip = clipFromWorld * world;
            var metres = Vector4.Dot(Vectors[Shader.PropertyToID("_LSDEye")], world);
            var id = Vectors[Shader.PropertyToID("_LSDId")].x / 255f;
            var scene = Globals[Shader.PropertyToID("_LSDSceneDepth")];
            var across = renderer.Size * 0.5f * Target.width * Math.Abs(clipFromWorld.m00) / clip.w * 0.5f;
            // Direct3D: y = 1 is the target's first row.
            float x = (clip.x / clip.w + 1f) * 0.5f * Target.width, y = (1f - clip.y / clip.w) * 0.5f * Target.height;
            for (var row = 0; row < Target.height; row++)
            for (var column = 0; column < Target.width; column++)
            {
                var at = row * Target.width + column;
                if (clip.w <= 0f || Math.Abs(column + 0.5f - x) > across || Math.Abs(row + 0.5f - y) > across) continue;
                if (_metres[at] > 0f && metres > _metres[at]) continue;
                var behind = row < scene.height && column < scene.width ? scene.Pixels.Load(scene.Bytes, row * scene.width + column).x : 0f;
                if (stand_in_is_in_front(metres, behind) == 0) continue;
                _metres[at] = metres;
                Target.Pixels.Store(Target.Bytes, at, new Vector4(id, 0f, 0f, 1f));
            }
        }

        private void Present(Material material)
        {
            var result = material.Textures[Shader.PropertyToID("_LSDResult")];
            if (result == null) throw new InvalidOperationException("The texture that is shown was destroyed.");
            var screen = Vector(material, "_LSDScreen");
            int width = Viewport.x == 0 ? Target.width : Viewport.x, height = Viewport.y == 0 ? Target.height : Viewport.y;
            for (var row = 0; row < height; row++)
            for (var column = 0; column < width; column++)
            {
                // OpenGL has y = -1 in the target's first row, all others y = 1.
                float x = (column + 0.5f) / width * 2f - 1f, y = (row + 0.5f) / height * 2f - 1f;
                Vector2 share;
                if (stand_in_is_painted(ref screen, x, SystemInfo.graphicsUVStartsAtTop ? -y : y, out share) == 0) continue;
                var texel = (int)(share.y * result.height) * result.width + (int)(share.x * result.width);
                Target.Pixels.Store(Target.Bytes, row * Target.width + column, result.Pixels.Load(result.Bytes, texel));
            }
        }

        [DllImport("stand_in_shader")]
        private static extern int stand_in_is_painted(ref Vector4 screen, float clipX, float clipY, out Vector2 share);

        [DllImport("stand_in_shader")]
        private static extern int stand_in_is_in_front(float metres, float scene);

        [StructLayout(LayoutKind.Sequential)]
        private struct Uniforms
        {
            public Vector4 Target, Used, Depth, Lens, Oblique, Motion, Taps, Normals, Rays;
            public fixed float ToCaptured[16];
            public fixed float ToPrevious[16];
            public fixed float WorldFromCamera[16];
        }

        private struct Texels4
        {
            public float[] Texels;
            public int Width, Height;
        }

        // Read by the draw that follows; the arrays have to stay where they are until then.
        [DllImport("stand_in_shader")]
        private static extern void stand_in_bind_normals(int arePacked, float[] normals, int width, int height);

        [DllImport("stand_in_shader")]
        private static extern void stand_in_draw(
            int pass, ref Uniforms uniforms, float[] color, int colorWidth, int colorHeight, float[] depth, int depthWidth,
            int depthHeight, float[] motion, int motionWidth, int motionHeight, float[] output, int width, int height);

        // As the keywords of the shader choose it.
        private static string Name(Material material, string own, string keyword, string published, string builtin)
        {
            if (!material.Keywords.Contains("LSD_BUILTIN")) return material.Keywords.Contains(keyword) ? published : own;
            if (!GlobalNames.ContainsKey(builtin)) return own;
            return builtin;
        }

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
                throw new InvalidOperationException("Nothing was bound to " + name + ", or the camera was not asked to render it.");
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
