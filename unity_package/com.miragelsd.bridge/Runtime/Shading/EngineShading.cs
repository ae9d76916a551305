using System;
using Unity.Collections.LowLevel.Unsafe;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Paints an engine frame by itself, from its own color and depth and from what the daemon said last.</summary>
    /// <remarks>Holds memory of the graphics device from the first context on, not before.</remarks>
    internal sealed unsafe class EngineShading : IDisposable
    {
        private static readonly int Constants = Shader.PropertyToID("_LSDConstants");
        private static readonly int Options = Shader.PropertyToID("_LSDShading");
        private static readonly int Color = Shader.PropertyToID("_LSDColorPlane");
        private static readonly int Depth = Shader.PropertyToID("_LSDDepthPlane");
        private static readonly int Normals = Shader.PropertyToID("_LSDNormalPlane");
        private static readonly int Ids = Shader.PropertyToID("_LSDIdsPlane");
        private static readonly int SlotTexels = Shader.PropertyToID("_LSDSlotTexels");
        private static readonly int ContextTexels = Shader.PropertyToID("_LSDContextTexels");

        private const int SlotCount = SlotTable.Most + 1;

        private readonly bool _hasNormals, _hasIds, _keepsAlpha;
        private readonly ShadingConstants _constants = new ShadingConstants();
        private readonly PicturePlanes _planes;
        private Material _material;
        private ShadingWeights _weights;
        private Texture2D _context, _slotTexels;
        private Vector2Int _contextSize;
        private bool _isDisposed;

        public EngineShading(StreamFormat format)
        {
            _hasNormals = format.HasNormals;
            _hasIds = format.HasIds;
            _keepsAlpha = format.HasEngineAlpha;
            _planes = new PicturePlanes(_hasNormals, _hasIds);
        }

        /// <summary>Where the painted picture goes; null: nobody wants one.</summary>
        public RenderTexture Target;

        public bool IsFlipped;

        /// <summary>There is a context, and somebody wants the picture.</summary>
        public bool IsReady => !_isDisposed && _context != null && Target != null;

        public bool HasContext => _context != null;

        /// <summary>The newest context; its pointers are not kept.</summary>
        public void Take(ref NativeContext context, double now)
        {
            if (_material == null)
            {
                _material = ShadingSupport.MakeMaterial(ShadingSupport.ShaderName);
                _weights = new ShadingWeights(_material);
            }
            var size = new Vector2Int(context.width, context.height);
            if (_context == null || size.x != _contextSize.x || size.y != _contextSize.y)
            {
                Scrap.Destroy(_context);
                // A cell's sixteen channels are four texels side by side.
                _context = MakeTexture(context.channels / 4 * size.x, size.y, TextureFormat.RGBAHalf, "context");
                _contextSize = size;
            }
            var bytes = 2L * context.channels * size.x * size.y;
            UnsafeUtility.MemCpy(_context.GetRawTextureData<byte>().GetUnsafePtr(), context.values, bytes);
            _context.Apply(false, false);
            _weights.Take(ref context, now);
            _constants.SetContextCamera(context.camera, context.has_camera != 0);
        }

        /// <summary>Called for each frame of the camera, where the pipeline records its commands.</summary>
        /// <param name="takesSinglePixels">The target is as large as the camera's picture.</param>
        public void Record(CommandBuffer commands, CaptureSources sources, CameraPose pose, SlotTable slots, bool takesSinglePixels, double now)
        {
            _planes.IsFlipped = IsFlipped;
            _planes.Record(commands, sources, pose, slots, Target, takesSinglePixels);
            if (_hasIds) WriteSlots(slots);
            _weights.Advance(now);
            SetMaterial(pose, sources);
            commands.SetRenderTarget(Target, RenderBufferLoadAction.DontCare, RenderBufferStoreAction.Store);
            commands.DrawProcedural(Matrix4x4.identity, _material, 0, MeshTopology.Triangles, 3);
        }

        public void Dispose()
        {
            _isDisposed = true;
            _planes.Dispose();
            _weights?.Dispose();
            Scrap.Destroy(_material);
            Scrap.Destroy(_context);
            Scrap.Destroy(_slotTexels);
        }

        private void SetMaterial(CameraPose pose, CaptureSources sources)
        {
            NativeSun light;
            var sun = SunLight.TryGet(out light) ? Direction(light) : _weights.Sun;
            _constants.SetCamera(pose);
            _constants.SetLook(sun, _weights.Strength, _weights.Seed, _keepsAlpha, _weights.Palette);
            _constants.SetSizes(_planes.Size, _contextSize, _hasNormals, _hasIds);
            _material.SetVectorArray(Constants, _constants.Rows);
            var isLinear = QualitySettings.activeColorSpace == ColorSpace.Linear;
            _material.SetVector(Options, new Vector4(isLinear ? 1f : 0f, IsFlipped ? 1f : 0f, 0f, 0f));
            _material.SetTexture(Color, _planes.Color);
            _material.SetTexture(Depth, _planes.Depth);
            _material.SetTexture(Normals, _planes.Normals);
            _material.SetTexture(Ids, _planes.Ids);
            _material.SetTexture(SlotTexels, _hasIds ? _slotTexels : _context);
            _material.SetTexture(ContextTexels, _context);
        }

        private static Vector3 Direction(NativeSun sun)
        {
            return new Vector3(sun.direction[0], sun.direction[1], sun.direction[2]);
        }

        private void WriteSlots(SlotTable slots)
        {
            // A column for each slot: what it is, then the rows that take a point of the world into its space.
            if (_slotTexels == null) _slotTexels = MakeTexture(SlotCount, 4, TextureFormat.RGBAFloat, "slots");
            var texels = (Vector4*)_slotTexels.GetRawTextureData<byte>().GetUnsafePtr();
            for (var i = 0; i < SlotCount; i++)
            {
                texels[i] = new Vector4(0f, 1f, 0f, 0f);
                WriteSpace(texels + i, Matrix4x4.identity);
            }
            foreach (var thing in slots.Things)
            {
                texels[thing.Slot] = new Vector4(Surface(thing.Class), Mathf.Clamp01(thing.Strength), 0f, 0f);
                WriteSpace(texels + thing.Slot, ObjectSpace.FromWorld(CameraConventions.TransformToProtocol(thing.Current)));
            }
            _slotTexels.Apply(false, false);
        }

        private static void WriteSpace(Vector4* column, Matrix4x4 objectFromWorld)
        {
            for (var row = 0; row < 3; row++) column[(1 + row) * SlotCount] = objectFromWorld.GetRow(row);
        }

        // LSD_SLOT's first number: a character's parts; what grows; of all the rest only buildings, and what nobody named, have windows and bricks.
        private static float Surface(LSDClass what)
        {
            switch (what)
            {
                case LSDClass.Unspecified:
                case LSDClass.Building:
                    return 0f;
                case LSDClass.Skin:
                    return 1f;
                case LSDClass.Hair:
                    return 2f;
                case LSDClass.Outfit:
                    return 3f;
                case LSDClass.Foliage:
                    return 5f;
                default:
                    return 4f;
            }
        }

        private static Texture2D MakeTexture(int width, int height, TextureFormat format, string name)
        {
            return new Texture2D(width, height, format, false, true) { name = "MirageLSD " + name, hideFlags = HideFlags.HideAndDontSave };
        }
    }
}
