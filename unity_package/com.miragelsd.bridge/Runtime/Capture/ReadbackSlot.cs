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
        public long CaptureTime;
        public float Started;

        private readonly Action<AsyncGPUReadbackRequest> _onPlane;
        private NativeArray<byte> _color, _depth, _motion;
        private int _missing;
        private bool _isDisposed;

        public ReadbackSlot(StreamFormat format)
        {
            // Four bytes a pixel each: rgba8, r32f, rg16f.
            var bytes = 4 * format.Width * format.Height;
            _color = new NativeArray<byte>(bytes, Allocator.Persistent, NativeArrayOptions.ClearMemory);
            if (format.HasDepth) _depth = new NativeArray<byte>(bytes, Allocator.Persistent, NativeArrayOptions.ClearMemory);
            if (format.HasMotion) _motion = new NativeArray<byte>(bytes, Allocator.Persistent, NativeArrayOptions.ClearMemory);
            _onPlane = OnPlane; // made once: a delegate a frame would be garbage a frame
        }

        public bool IsBusy { get; private set; }
        public bool IsComplete => IsBusy && _missing == 0;
        public bool HasError { get; private set; }

        public void Begin()
        {
            IsBusy = true;
            HasError = false;
            _missing = 1;
        }

        public void Free()
        {
            IsBusy = false;
        }

        /// <summary>Read back asynchronously, when the GPU gets to this place of its commands.</summary>
        public void Request(CommandBuffer commands, FrameConverter converter)
        {
            _missing = 1 + (converter.HasDepth ? 1 : 0) + (converter.HasMotion ? 1 : 0);
            commands.RequestAsyncReadbackIntoNativeArray(ref _color, converter.Color, 0, _onPlane);
            if (converter.HasDepth) commands.RequestAsyncReadbackIntoNativeArray(ref _depth, converter.Depth, 0, _onPlane);
            if (converter.HasMotion) commands.RequestAsyncReadbackIntoNativeArray(ref _motion, converter.Motion, 0, _onPlane);
        }

        /// <summary>The other way: at once, waiting for the GPU.</summary>
        public void Read(CpuReadback readback, FrameConverter converter)
        {
            readback.Read(converter, _color, _depth, _motion);
            _missing = 0;
        }

        /// <summary>The core's view of the frame; its pointers are good until Free.</summary>
        public long Submit(NativeStream stream)
        {
            var frame = new NativeFrame
            {
                plane0 = (IntPtr)_color.GetUnsafePtr(),
                t_capture_ns = CaptureTime,
                reset = IsCut ? 1 : 0,
            };
            if (_depth.IsCreated) frame.plane1 = (IntPtr)_depth.GetUnsafePtr();
            var motion = _motion.IsCreated ? (IntPtr)_motion.GetUnsafePtr() : IntPtr.Zero;
            if (_depth.IsCreated) frame.plane2 = motion;
            else frame.plane1 = motion;
            fixed (NativeCamera* camera = &Camera)
            fixed (NativeSun* sun = &Sun)
            {
                frame.camera = HasCamera ? camera : null;
                frame.sun = HasSun ? sun : null;
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
        }

        private void OnPlane(AsyncGPUReadbackRequest request)
        {
            if (_isDisposed) return;
            HasError |= request.hasError;
            _missing--;
        }
    }
}
