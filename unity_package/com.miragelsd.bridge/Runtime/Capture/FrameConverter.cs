using System;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Records the conversion into the protocol's planes: small passes into small textures.</summary>
    internal sealed class FrameConverter : IDisposable
    {
        public const string ShaderName = "MirageLSDConvert";

        private static readonly int ColorSource = Shader.PropertyToID("_LSDColorSource");
        private static readonly int DepthSource = Shader.PropertyToID("_LSDDepthSource");
        private static readonly int MotionSource = Shader.PropertyToID("_LSDMotionSource");
        private static readonly int NormalSource = Shader.PropertyToID("_LSDNormalSource");
        private static readonly int Target = Shader.PropertyToID("_LSDTarget");
        private static readonly int Taps = Shader.PropertyToID("_LSDTaps");
        private static readonly int Used = Shader.PropertyToID("_LSDUsed");
        private static readonly int DepthToMetres = Shader.PropertyToID("_LSDDepth");
        private static readonly int Oblique = Shader.PropertyToID("_LSDOblique");
        private static readonly int Lens = Shader.PropertyToID("_LSDLens");
        private static readonly int MotionFrames = Shader.PropertyToID("_LSDMotion");
        private static readonly int NormalsKept = Shader.PropertyToID("_LSDNormals");
        private static readonly int Rays = Shader.PropertyToID("_LSDRays");
        private static readonly int WorldFromCamera = Shader.PropertyToID("_LSDWorldFromCamera");
        private static readonly int ToCaptured = Shader.PropertyToID("_LSDToCaptured");
        private static readonly int ToPrevious = Shader.PropertyToID("_LSDToPrevious");

        private readonly Material _material;
        private readonly RenderTexture[] _planes = new RenderTexture[5];
        private readonly int _width, _height;

        /// <exception cref="LSDException">The shader did not come with the package.</exception>
        public FrameConverter(StreamFormat format)
        {
            _material = MakeMaterial();
            _width = format.Width;
            _height = format.Height;
            // Linear: the color pass encodes by itself, so that the bytes are the same on every graphics API.
            _planes[0] = Plane("Color", RenderTextureFormat.ARGB32);
            if (format.HasDepth) _planes[1] = Plane("Depth", RenderTextureFormat.RFloat);
            if (format.HasMotion) _planes[2] = Plane("Motion", RenderTextureFormat.RGHalf);
            if (format.HasIds) _planes[3] = Plane("Ids", RenderTextureFormat.R8, 24);
            if (format.HasNormals) _planes[4] = Plane("Normals", RenderTextureFormat.ARGB32);
        }

        public bool IsFlipped { get; set; }

        /// <summary>The color is taken from the one texel that is there, without a blur: for planes as large as the picture.</summary>
        public bool TakesSinglePixels { get; set; }

        public bool HasDepth => _planes[1] != null;
        public bool HasMotion => _planes[2] != null;
        public bool HasIds => _planes[3] != null;
        public bool HasNormals => _planes[4] != null;

        public RenderTexture Color => Created(0);
        public RenderTexture Depth => Created(1);
        public RenderTexture Motion => Created(2);
        public RenderTexture Ids => Created(3);
        public RenderTexture Normals => Created(4);

        /// <exception cref="LSDException">The shader did not come with the package.</exception>
        public static Material MakeMaterial()
        {
            var shader = Resources.Load<Shader>(ShaderName);
            if (shader == null)
                throw new LSDException("MirageLSD: the shader " + ShaderName + " is missing: import the whole package again.");
            return new Material(shader) { hideFlags = HideFlags.HideAndDontSave };
        }

        public void Dispose()
        {
            foreach (var plane in _planes) Scrap.Destroy(plane);
            Scrap.Destroy(_material);
        }

        public void SetCamera(CameraPose pose, MotionHistory motion, CaptureSources sources)
        {
            Vector4 oblique;
            _material.SetVector(DepthToMetres, CameraConventions.DepthToMetres(pose, SystemInfo.usesReversedZBuffer, out oblique));
            _material.SetVector(Oblique, oblique);
            _material.SetVector(Lens, CameraConventions.ClipFromMetres(pose.SteadyProjection));
            _material.SetVector(MotionFrames, new Vector4(
                motion.Frames, sources.IsMotionEncodedByHdrp ? 1f : 0f, sources.LacksMotion ? 1f : 0f, sources.LacksDepth ? 1f : 0f));
            _material.SetVector(NormalsKept, new Vector4((float)sources.NormalEncoding, pose.Far, sources.LacksNormals ? 1f : 0f, 0f));
            _material.SetVector(Rays, CameraConventions.RaysOfPicture(pose.Projection));
            _material.SetMatrix(WorldFromCamera, pose.View.inverse);
            _material.SetMatrix(ToCaptured, motion.CapturedFromCurrent);
            _material.SetMatrix(ToPrevious, motion.PreviousFromCurrent);
        }

        public void Record(CommandBuffer commands, CaptureSources sources)
        {
            var isLinear = QualitySettings.activeColorSpace == ColorSpace.Linear;
            _material.SetVector(Target, new Vector4(_width, _height, isLinear ? 1f : 0f, IsFlipped ? 1f : 0f));
            _material.SetVector(Taps, new Vector4(TakesSinglePixels ? 0f : 0.25f, 0f, 0f, 0f));
            _material.SetVector(Used, new Vector4(sources.Used.x, sources.Used.y, sources.UsedTexels.x, sources.UsedTexels.y));
            SetKeyword("LSD_ARRAY", sources.AreArrays);
            SetKeyword("LSD_BUILTIN", sources.IsBuiltin);
            SetKeyword("LSD_GLOBAL_DEPTH", sources.IsDepthGlobal);
            SetKeyword("LSD_GLOBAL_MOTION", sources.IsMotionGlobal);
            SetKeyword("LSD_GLOBAL_NORMALS", sources.AreNormalsGlobal);
            commands.SetGlobalTexture(ColorSource, sources.Color);
            if (!sources.IsBuiltin) BindSources(commands, sources);
            Draw(commands, Color, 0);
            if (HasDepth) Draw(commands, Depth, 1);
            if (HasMotion) Draw(commands, Motion, 2);
            if (HasNormals) Draw(commands, Normals, 5);
        }

        private void BindSources(CommandBuffer commands, CaptureSources sources)
        {
            if (!sources.IsDepthGlobal && (HasDepth || HasMotion || HasNormals)) commands.SetGlobalTexture(DepthSource, sources.Depth);
            if (!sources.IsMotionGlobal && HasMotion) commands.SetGlobalTexture(MotionSource, sources.Motion);
            if (!sources.AreNormalsGlobal && HasNormals) commands.SetGlobalTexture(NormalSource, sources.LacksNormals ? sources.Color : sources.Normals);
        }

        private void SetKeyword(string keyword, bool isOn)
        {
            if (isOn) _material.EnableKeyword(keyword);
            else _material.DisableKeyword(keyword);
        }

        private void Draw(CommandBuffer commands, RenderTexture target, int pass)
        {
            commands.SetRenderTarget(target, RenderBufferLoadAction.DontCare, RenderBufferStoreAction.Store);
            commands.DrawProcedural(Matrix4x4.identity, _material, pass, MeshTopology.Triangles, 3);
        }

        private RenderTexture Plane(string name, RenderTextureFormat format, int depthBits = 0)
        {
            return new RenderTexture(_width, _height, depthBits, format, RenderTextureReadWrite.Linear)
            {
                name = "MirageLSD " + name,
                hideFlags = HideFlags.HideAndDontSave,
            };
        }

        // A lost graphics device takes the memory of render textures with it.
        private RenderTexture Created(int plane)
        {
            var texture = _planes[plane];
            if (!texture.IsCreated()) texture.Create();
            return texture;
        }
    }
}
