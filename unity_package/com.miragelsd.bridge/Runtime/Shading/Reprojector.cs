using System;
using System.Collections.Generic;
using Unity.Collections.LowLevel.Unsafe;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Late reprojection: shows the daemon's newest pictures where the camera's frame of now sees the same points.</summary>
    /// <remarks>Holds memory of the graphics device from the first captured frame on, for eight frames at most.</remarks>
    internal sealed unsafe class Reprojector : IDisposable
    {
        public const int MostKeys = 4;

        // FramePacing sends no more than two ahead; one that got lost may take the place of a third.
        private const int MostUnderWay = 4;
        private const int Rows = 23, ClipRows = 8, SlotCount = SlotTable.Most + 1, SlotRows = 3 * MostKeys;
        // How far a depth may be off and still be the same point, as a share of it.
        private const float Tolerance = 0.03f;
        // An older result counts half as much as the one after it.
        private const float FallOff = 0.5f;

        private static readonly int Constants = Shader.PropertyToID("_LSDReprojectConstants");
        private static readonly int Options = Shader.PropertyToID("_LSDReprojectOptions");
        private static readonly int Color = Shader.PropertyToID("_LSDColorPlane");
        private static readonly int Depth = Shader.PropertyToID("_LSDDepthPlane");
        private static readonly int Ids = Shader.PropertyToID("_LSDIdsPlane");
        private static readonly int SlotTexels = Shader.PropertyToID("_LSDSlotRows");
        private static readonly int[] KeyColors = Names("_LSDKeyColor"), KeyDepths = Names("_LSDKeyDepth");

        private readonly bool _hasIds;
        private readonly PicturePlanes _planes;
        private readonly Material _material = ShadingSupport.MakeMaterial(ShadingSupport.ReprojectShaderName);
        private readonly Vector4[] _rows = new Vector4[Rows];
        private readonly List<KeyFrame> _underWay = new List<KeyFrame>(); // the oldest first
        private readonly List<KeyFrame> _keys = new List<KeyFrame>();     // the newest first
        private readonly Stack<KeyFrame> _free = new Stack<KeyFrame>();
        private Texture2D _slotRows;

        public Reprojector(StreamFormat format)
        {
            _hasIds = format.HasIds;
            _planes = new PicturePlanes(false, _hasIds);
        }

        /// <summary>What is drawn: as large as the camera's picture.</summary>
        public RenderTexture Target { get; private set; }

        /// <summary>There are results to be shown in this frame.</summary>
        public bool IsReady => _keys.Count > 0 && Target != null;

        /// <summary>The newest first.</summary>
        internal IReadOnlyList<KeyFrame> Keys => _keys;

        internal PicturePlanes Planes => _planes;

        public bool IsFlipped
        {
            set { _planes.IsFlipped = value; }
        }

        /// <summary>Once for each frame of the camera, before anything is recorded.</summary>
        public void BeginFrame(Camera camera, CameraPose pose)
        {
            // A lost graphics device takes the memory of render textures with it.
            if (pose.IsOrthographic || _keys.Exists(key => !key.Depth.IsCreated())) Forget();
            if (_keys.Count > 0) PrepareTarget(Mathf.Max(camera.pixelWidth, 1), Mathf.Max(camera.pixelHeight, 1));
        }

        /// <summary>A frame goes to the daemon: what is needed of it once its result is there.</summary>
        public void Keep(CommandBuffer commands, long captureTime, RenderTexture depth, CameraPose pose, SlotTable slots)
        {
            if (pose.IsOrthographic) return;
            if (_underWay.Count >= MostUnderWay) Free(_underWay, 0);
            var frame = _free.Count > 0 ? _free.Pop() : new KeyFrame();
            frame.Record(commands, captureTime, depth, pose, slots);
            _underWay.Add(frame);
        }

        public void Take(ref NativeResult result)
        {
            var time = result.t_capture_ns;
            while (_underWay.Count > 0 && _underWay[0].CaptureTime < time) Free(_underWay, 0); // they were dropped on the way
            if (_underWay.Count == 0 || _underWay[0].CaptureTime != time) return;
            var key = _underWay[0];
            _underWay.RemoveAt(0);
            key.Take(ref result);
            // All have one size; the bound texture may have got another one.
            while (_keys.Count > 0 && (_keys.Count >= MostKeys || _keys[0].Color.width != result.width || _keys[0].Color.height != result.height))
                Free(_keys, _keys.Count - 1);
            _keys.Insert(0, key);
        }

        /// <summary>What was painted, and is under way, is of another place or time.</summary>
        public void Forget()
        {
            while (_keys.Count > 0) Free(_keys, 0);
            while (_underWay.Count > 0) Free(_underWay, 0);
        }

        /// <summary>Called for each frame of the camera while it is ready, where the pipeline records its commands.</summary>
        public void Record(CommandBuffer commands, CaptureSources sources, CameraPose pose, SlotTable slots)
        {
            _planes.Record(commands, sources, pose, slots, Target, true);
            var hasSlots = _hasIds && slots.Things.Count > 0;
            if (hasSlots) WriteSlotRows(slots);
            SetMaterial(pose, hasSlots);
            commands.SetRenderTarget(Target, RenderBufferLoadAction.DontCare, RenderBufferStoreAction.Store);
            commands.DrawProcedural(Matrix4x4.identity, _material, 0, MeshTopology.Triangles, 3);
        }

        public void Dispose()
        {
            Forget();
            foreach (var frame in _free) frame.Dispose();
            _planes.Dispose();
            Scrap.Destroy(Target);
            Scrap.Destroy(_slotRows);
            Scrap.Destroy(_material);
        }

        private void Free(List<KeyFrame> frames, int index)
        {
            _free.Push(frames[index]);
            frames.RemoveAt(index);
        }

        private void PrepareTarget(int width, int height)
        {
            if (Target != null && Target.width == width && Target.height == height) return;
            Scrap.Destroy(Target);
            Target = new RenderTexture(width, height, 0) { name = "MirageLSD reprojected", hideFlags = HideFlags.HideAndDontSave };
        }

        private void SetMaterial(CameraPose pose, bool hasSlots)
        {
            // Without the jitter of temporal anti-aliasing: what it smooths stands still, in the frame of now as in the results.
            ShadingConstants.WriteCamera(_rows, pose.View, pose.SteadyProjection);
            KeyFrame newest = _keys[0];
            _rows[4] = new Vector4(_planes.Size.x, _planes.Size.y, _keys.Count, Tolerance);
            _rows[5] = new Vector4(newest.Color.width, newest.Color.height, newest.Depth.width, newest.Depth.height);
            _rows[6] = new Vector4(1f, FallOff, FallOff * FallOff, FallOff * FallOff * FallOff);
            _rows[7] = new Vector4(hasSlots ? 1f : 0f, 0f, 1f, 0f); // what none saw is borrowed
            for (var i = 0; i < MostKeys; i++)
            {
                // Something has to be bound; what is beyond the count is not looked at.
                var key = i < _keys.Count ? _keys[i] : newest;
                _rows[ClipRows + 4 * i] = key.ClipFromWorld.GetRow(0);
                _rows[ClipRows + 4 * i + 1] = key.ClipFromWorld.GetRow(1);
                _rows[ClipRows + 4 * i + 2] = key.ClipFromWorld.GetRow(3);
                _material.SetTexture(KeyColors[i], key.Color);
                _material.SetTexture(KeyDepths[i], key.Depth);
            }
            _material.SetVectorArray(Constants, _rows);
            _material.SetVector(Options, new Vector4(QualitySettings.activeColorSpace == ColorSpace.Linear ? 1f : 0f, 0f, 0f, 0f));
            _material.SetTexture(Color, _planes.Color);
            _material.SetTexture(Depth, _planes.Depth);
            _material.SetTexture(Ids, _planes.Ids);
            _material.SetTexture(SlotTexels, hasSlots ? (Texture)_slotRows : _planes.Depth);
        }

        // A column for each slot, three rows for each key. What is not known then or now has not moved.
        private void WriteSlotRows(SlotTable slots)
        {
            if (_slotRows == null)
                _slotRows = new Texture2D(SlotCount, SlotRows, TextureFormat.RGBAFloat, false, true)
                {
                    name = "MirageLSD slot rows", hideFlags = HideFlags.HideAndDontSave,
                };
            var texels = (Vector4*)_slotRows.GetRawTextureData<byte>().GetUnsafePtr();
            for (var row = 0; row < SlotRows; row++)
            for (var slot = 0; slot < SlotCount; slot++)
                texels[row * SlotCount + slot] = Matrix4x4.identity.GetRow(row % 3);
            foreach (var thing in slots.Things)
            for (var i = 0; i < _keys.Count; i++)
            {
                var moved = _keys[i].ThenFromNow(thing);
                for (var row = 0; row < 3; row++) texels[(3 * i + row) * SlotCount + thing.Slot] = moved.GetRow(row);
            }
            _slotRows.Apply(false, false);
        }

        private static int[] Names(string name)
        {
            var ids = new int[MostKeys];
            for (var i = 0; i < MostKeys; i++) ids[i] = Shader.PropertyToID(name + i);
            return ids;
        }
    }
}
