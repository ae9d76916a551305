using System;
using Unity.Collections;
using Unity.Collections.LowLevel.Unsafe;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Room for one captured frame on its way from the GPU to the core.</summary>
    internal sealed unsafe class ReadbackSlot : IDisposable
    {
        public NativeCamera Camera;
        public NativeSun Sun;
        public bool HasCamera, HasSun, IsCut;
        public readonly NativeSlot[] Slots = new NativeSlot[SlotTable.Most];
        public int SlotCount;
        public long CaptureTime;
        public double Started;
        public int Waited; // engine frames

        private readonly Action<AsyncGPUReadbackRequest> _onPlane;
        private NativeArray<byte> _color, _depth, _motion, _normals, _ids;
        private int _missing;
        private bool _isDisposed;

        public ReadbackSlot(StreamFormat format)
        {
            // Four bytes a pixel each: rgba8, r32f, rg16f, rgba8.
            var bytes = 4 * format.Width * format.Height;
            _color = new NativeArray<byte>(bytes, Allocator.Persistent, NativeArrayOptions.ClearMemory);
            if (format.HasDepth) _depth = new NativeArray<byte>(bytes, Allocator.Persistent, NativeArrayOptions.ClearMemory);
            if (format.HasMotion) _motion = new NativeArray<byte>(bytes, Allocator.Persistent, NativeArrayOptions.ClearMemory);
            if (format.HasNormals) _normals = new NativeArray<byte>(bytes, Allocator.Persistent, NativeArrayOptions.ClearMemory);
            if (format.HasIds) _ids = new NativeArray<byte>(bytes / 4, Allocator.Persistent, NativeArrayOptions.ClearMemory);
            _onPlane = OnPlane; // made once: a delegate a frame would be garbage a frame
        }

        public bool IsBusy { get; private set; }
        public bool IsComplete => IsBusy && _missing == 0;
        public bool HasError { get; private set; }

        public void Begin()
        {
            IsBusy = true;
            HasError = false;
            Waited = 0;
            _missing = 1;
        }

        public void Free()
        {
            IsBusy = false;
        }

        /// <summary>Read back asynchronously, when the GPU gets to this place of its commands.</summary>
        public void Request(CommandBuffer commands, FrameConverter converter)
        {
            _missing = 1 + (converter.HasDepth ? 1 : 0) + (converter.HasMotion ? 1 : 0) + (converter.HasNormals ? 1 : 0) + (converter.HasIds ? 1 : 0);
            commands.RequestAsyncReadbackIntoNativeArray(ref _color, converter.Color, 0, _onPlane);
            if (converter.HasDepth) commands.RequestAsyncReadbackIntoNativeArray(ref _depth, converter.Depth, 0, _onPlane);
            if (converter.HasMotion) commands.RequestAsyncReadbackIntoNativeArray(ref _motion, converter.Motion, 0, _onPlane);
            if (converter.HasNormals) commands.RequestAsyncReadbackIntoNativeArray(ref _normals, converter.Normals, 0, _onPlane);
            if (converter.HasIds) commands.RequestAsyncReadbackIntoNativeArray(ref _ids, converter.Ids, 0, _onPlane);
        }

        /// <summary>The other way: at once, waiting for the GPU.</summary>
        public void Read(CpuReadback readback, FrameConverter converter)
        {
            readback.Read(converter, _color, _depth, _motion, _normals, _ids);
            _missing = 0;
        }

        /// <summary>The core's view of the frame; its pointers are good until Free.</summary>
        public long Submit(NativeStream stream)
        {
            var frame = new NativeFrame { t_capture_ns = CaptureTime, reset = IsCut ? 1 : 0 };
            var planes = &frame.plane0;
            var count = 0;
            planes[count++] = (IntPtr)_color.GetUnsafePtr();
            if (_depth.IsCreated) planes[count++] = (IntPtr)_depth.GetUnsafePtr();
            if (_motion.IsCreated) planes[count++] = (IntPtr)_motion.GetUnsafePtr();
            if (_normals.IsCreated) planes[count++] = (IntPtr)_normals.GetUnsafePtr();
            if (_ids.IsCreated) planes[count] = (IntPtr)_ids.GetUnsafePtr();
            fixed (NativeSlot* slots = Slots)
            fixed (NativeCamera* camera = &Camera)
            fixed (NativeSun* sun = &Sun)
            {
                frame.camera = HasCamera ? camera : null;
                frame.sun = HasSun ? sun : null;
                frame.slots = _ids.IsCreated ? slots : null;
                frame.slot_count = _ids.IsCreated ? SlotCount : 0;
                return stream.Submit(ref frame);
            }
        }

        /// <summary>Only after AsyncGPUReadback.WaitAllRequests when it is busy: the GPU writes into this memory.</summary>
        public void Dispose()
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _color.Dispose();
            if (_depth.IsCreated) _depth.Dispose();
            if (_motion.IsCreated) _motion.Dispose();
            if (_normals.IsCreated) _normals.Dispose();
            if (_ids.IsCreated) _ids.Dispose();
        }

        private void OnPlane(AsyncGPUReadbackRequest request)
        {
            if (_isDisposed) return;
            HasError |= request.hasError;
            _missing--;
        }
    }
}
