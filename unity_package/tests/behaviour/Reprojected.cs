using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>A camera whose frames are painted "by a daemon" that gives each back as it was, when the test says so.</summary>
    internal sealed class Reprojected : CaptureTarget, IDisposable
    {
        public readonly Reprojector Reprojector;
        public readonly SlotTable Slots = new SlotTable();
        public bool IsKey;

        private readonly StreamFormat _format;
        private readonly FrameConverter _converter;
        private readonly IdentityPlane _identities;
        private readonly CaptureHook _hook = CaptureHooks.Create();
        private readonly MotionHistory _motion = new MotionHistory();
        private readonly Queue<KeyValuePair<long, byte[]>> _sent = new Queue<KeyValuePair<long, byte[]>>();
        private CameraPose _pose;
        private long _time;

        public Reprojected(Camera camera, StreamFormat format)
        {
            _format = format;
            _converter = new FrameConverter(format);
            if (format.HasIds) _identities = new IdentityPlane();
            Reprojector = new Reprojector(format);
            _hook.Attach(camera, this);
        }

        /// <summary>Of the oldest frame that has none yet, as RGBA with the top row first.</summary>
        public byte[] Newest { get; private set; }

        public int UnderWay => _sent.Count;

        public override bool IsActive => true;
        public override bool WantsDepth => true;
        public override bool WantsMotion => false;
        public override bool WantsNormals => false;
        public override Texture OnScreen => null;
        public override bool Shades => Reprojector.IsReady;

        public override void Present(CommandBuffer commands)
        {
        }

        public override void Warn(string key, string sentence)
        {
        }

        public override bool BeginFrame(Camera camera)
        {
            TakeColors();
            _pose = CameraPose.Of(camera);
            if (_identities != null) Slots.Advance(_pose.Position, null, 0.0);
            Reprojector.BeginFrame(camera, _pose);
            return IsKey;
        }

        public override void Record(CommandBuffer commands, CaptureSources sources)
        {
            _converter.TakesSinglePixels = true;
            _converter.SetCamera(_pose, _motion, sources);
            _converter.Record(commands, sources);
            Reprojector.Keep(commands, ++_time, _converter.Depth, _pose, Slots);
            _sent.Enqueue(new KeyValuePair<long, byte[]>(_time, null));
        }

        public override void Shade(CommandBuffer commands, CaptureSources sources)
        {
            Reprojector.Record(commands, sources, _pose, Slots);
        }

        public unsafe void Answer()
        {
            TakeColors();
            var sent = _sent.Dequeue();
            Newest = sent.Value;
            fixed (byte* pixels = Newest)
            {
                var result = new NativeResult
                {
                    pixels = (IntPtr)pixels, width = _format.Width, height = _format.Height, format = (int)NativeFormat.Rgba8, t_capture_ns = sent.Key,
                };
                Reprojector.Take(ref result);
            }
        }

        public void Dispose()
        {
            _hook.Dispose();
            _converter.Dispose();
            _identities?.Dispose();
            Reprojector.Dispose();
        }

        /// <summary>The C++ reference's picture of what the pass has drawn, in Unity's order of rows.</summary>
        /// <param name="moved">Of slot 1, from now to each key: metres of the protocol's world. Null: nothing moves.</param>
        public unsafe byte[] Expected(Vector3[] moved = null)
        {
            var planes = Reprojector.Planes;
            int width = planes.Size.x, height = planes.Size.y;
            var pinned = new List<GCHandle>();
            Func<Array, IntPtr> pin = array =>
            {
                pinned.Add(GCHandle.Alloc(array, GCHandleType.Pinned));
                return pinned[pinned.Count - 1].AddrOfPinnedObject();
            };
            var frame = new Frame
            {
                width = width, height = height, depth = pin(planes.Depth.Bytes), fill = pin(planes.Color.Bytes),
                ids = moved == null ? IntPtr.Zero : pin(planes.Ids.Bytes),
            };
            var world = CameraConventions.ViewToProtocol(_pose.View).inverse;
            for (var i = 0; i < 12; i++) frame.world_from_camera[i] = world[i / 4, i % 4];
            var lens = _pose.SteadyProjection;
            frame.intrinsics[0] = lens.m00;
            frame.intrinsics[1] = lens.m11;
            frame.intrinsics[2] = lens.m02;
            frame.intrinsics[3] = lens.m12;
            var count = Reprojector.Keys.Count;
            var keys = new Key[4];
            for (var k = 0; k < count; k++)
            {
                var kept = Reprojector.Keys[k];
                var key = new Key { color = pin(kept.Color.Bytes), depth = pin(kept.Depth.Bytes), weight = (float)Math.Pow(0.5, k) };
                for (var i = 0; i < 16; i++) key.clip_from_world[i] = kept.ClipFromWorld[i / 4, i % 4];
                if (moved != null) key.then_from_now = pin(Transforms(moved[k]));
                keys[k] = key;
            }
            var all = new Keys
            {
                count = count, width = _format.Width, height = _format.Height, depth_width = _format.Width, depth_height = _format.Height, borrow = 1,
                tolerance = 0.03f, key0 = keys[0], key1 = keys[1], key2 = keys[2], key3 = keys[3],
            };
            var picture = new byte[4 * width * height];
            var share = lsd_reproject(ref frame, ref all, picture, IntPtr.Zero, 1);
            foreach (var handle in pinned) handle.Free();
            if (share < 0f) throw new InvalidOperationException("The reference takes no such sizes.");
            return Enumerable.Range(0, height).Reverse().SelectMany(row => picture.Skip(4 * width * row).Take(4 * width)).ToArray();
        }

        private static float[] Transforms(Vector3 slotOne)
        {
            var rows = new float[12 * 256];
            for (var slot = 0; slot < 256; slot++)
            for (var axis = 0; axis < 3; axis++)
                rows[12 * slot + 5 * axis] = 1f;
            rows[12 + 3] = slotOne.x;
            rows[12 + 7] = slotOne.y;
            rows[12 + 11] = slotOne.z;
            return rows;
        }

        // The frame that was recorded last has been drawn since.
        private void TakeColors()
        {
            if (_sent.Count == 0 || _sent.Last().Value != null) return;
            var colors = (byte[])_converter.Color.Bytes.Clone();
            var filled = _sent.Select(sent => sent.Value == null ? new KeyValuePair<long, byte[]>(sent.Key, colors) : sent).ToArray();
            _sent.Clear();
            foreach (var sent in filled) _sent.Enqueue(sent);
        }

        [DllImport("lsd_reproject")]
        private static extern float lsd_reproject(ref Frame frame, ref Keys keys, byte[] rgba, IntPtr unseen, int threads);

        // lsd_reproject.h
        [StructLayout(LayoutKind.Sequential)]
        private unsafe struct Frame
        {
            public int width, height;
            public IntPtr depth, fill, ids, motion;
            public fixed float world_from_camera[12];
            public fixed float intrinsics[4];
        }

        [StructLayout(LayoutKind.Sequential)]
        private unsafe struct Key
        {
            public IntPtr color, depth;
            public fixed float clip_from_world[16];
            public float weight;
            public IntPtr then_from_now;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct Keys
        {
            public int count, width, height, depth_width, depth_height, borrow;
            public float tolerance;
            public Key key0, key1, key2, key3;
        }
    }
}
