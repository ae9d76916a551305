using System;
using System.Runtime.InteropServices;

namespace MirageLSD
{
    /// <summary>One picture stream of a client (lsd_stream); close it before its client.</summary>
    internal sealed unsafe class NativeStream : IDisposable
    {
        private IntPtr _handle;

        /// <exception cref="LSDException">A number is out of range.</exception>
        public NativeStream(NativeClient client, StreamFormat format)
        {
            Format = format;
            var config = new NativeStreamConfig
            {
                size = (uint)sizeof(NativeStreamConfig),
                model = NativeText.Allocate(format.Model),
                width = format.Width,
                height = format.Height,
                output_width = format.OutputWidth,
                output_height = format.OutputHeight,
                output_format = (int)format.OutputFormat,
                max_steps = format.MaxSteps,
                seed = format.Seed,
                fps = format.Fps,
                output_alpha = format.HasEngineAlpha ? 1 : 0,
            };
            AddPlane(ref config, NativePlane.Color, NativeFormat.Rgba8);
            if (format.HasDepth) AddPlane(ref config, NativePlane.Depth, NativeFormat.R32F);
            if (format.HasMotion) AddPlane(ref config, NativePlane.Motion, NativeFormat.Rg16F);
            if (format.HasNormals) AddPlane(ref config, NativePlane.Normal, NativeFormat.Rgba8);
            if (format.HasIds) AddPlane(ref config, NativePlane.Ids, NativeFormat.R8);
            _handle = Native.lsd_stream_open(client.Handle, ref config);
            var problem = _handle == IntPtr.Zero ? NativeText.Read(Native.lsd_last_error()) : null;
            Marshal.FreeHGlobal(config.model);
            if (problem != null) throw new LSDException("MirageLSD: " + problem);
        }

        public StreamFormat Format { get; }

        public NativeStreamState State => Native.lsd_stream_get_state(_handle);

        public string LastError => NativeText.Read(Native.lsd_stream_last_error, _handle);

        public void Dispose()
        {
            Native.lsd_stream_close(_handle);
            _handle = IntPtr.Zero;
        }

        /// <summary>Copies the planes and returns at once; 0 while the stream is not open, else the frame's number.</summary>
        public long Submit(ref NativeFrame frame)
        {
            frame.size = (uint)sizeof(NativeFrame);
            long seq;
            return Native.lsd_stream_submit(_handle, ref frame, out seq) == NativeStatus.Ok ? seq : 0;
        }

        /// <summary>The newest finished frame; its pixels are good until the next call.</summary>
        public bool TryAcquire(out NativeResult result)
        {
            result = new NativeResult { size = (uint)sizeof(NativeResult) };
            return Native.lsd_stream_acquire(_handle, ref result) == NativeStatus.Ok;
        }

        /// <summary>The newest context of a stream with the format Context, also when it was acquired before; its pointers are good until
        /// ReleaseContext. At most three may be held.</summary>
        public bool TryAcquireContext(out NativeContext context)
        {
            context = new NativeContext { size = (uint)sizeof(NativeContext) };
            return Native.lsd_stream_acquire_context(_handle, ref context) == NativeStatus.Ok;
        }

        public void ReleaseContext(ref NativeContext context)
        {
            Native.lsd_stream_release_context(_handle, ref context);
        }

        public NativeStats Stats
        {
            get
            {
                var stats = new NativeStats { size = (uint)sizeof(NativeStats) };
                Native.lsd_stream_get_stats(_handle, ref stats);
                return stats;
            }
        }

        /// <summary>What could be better, oldest first; false when there is nothing new to say.</summary>
        public bool TryTakeNotice(out string code, out string message)
        {
            var notice = new NativeNotice { size = (uint)sizeof(NativeNotice) };
            var isThere = Native.lsd_stream_next_notice(_handle, ref notice) == NativeStatus.Ok;
            code = isThere ? NativeText.Read((IntPtr)notice.code) : "";
            message = isThere ? NativeText.Read((IntPtr)notice.message) : "";
            return isThere;
        }

        /// <summary>What the daemon is busy with for this stream; "" for nothing.</summary>
        public string Progress(out float fraction)
        {
            var progress = new NativeProgress { size = (uint)sizeof(NativeProgress) };
            var isBusy = Native.lsd_stream_get_progress(_handle, ref progress) == NativeStatus.Ok;
            fraction = isBusy ? progress.fraction : 0f;
            return isBusy ? NativeText.Read((IntPtr)progress.what) : "";
        }

        public void Reset()
        {
            Native.lsd_stream_reset(_handle);
        }

        /// <summary>Null texts and seeds are left as they are. False: a text is too long.</summary>
        public bool SetControls(StreamControls controls, float transitionSeconds)
        {
            Native.lsd_stream_control_begin(_handle);
            var isGood = true;
            foreach (var pair in controls.Texts)
                isGood &= Native.lsd_stream_control_string(_handle, NativeText.Bytes(pair.Key), NativeText.Bytes(pair.Value)) == NativeStatus.Ok;
            foreach (var pair in controls.Numbers)
                isGood &= Native.lsd_stream_control_float(_handle, NativeText.Bytes(pair.Key), pair.Value) == NativeStatus.Ok;
            foreach (var pair in controls.Flags)
                isGood &= Native.lsd_stream_control_flag(_handle, NativeText.Bytes(pair.Key), pair.Value ? 1 : 0) == NativeStatus.Ok;
            if (controls.Seed.HasValue)
                isGood &= Native.lsd_stream_control_int(_handle, NativeText.Bytes("seed"), controls.Seed.Value) == NativeStatus.Ok;
            return isGood && Native.lsd_stream_control_commit(_handle, transitionSeconds) > 0;
        }

        private static void AddPlane(ref NativeStreamConfig config, NativePlane plane, NativeFormat format)
        {
            fixed (int* planes = config.planes)
            {
                planes[2 * config.plane_count] = (int)plane;
                planes[2 * config.plane_count + 1] = (int)format;
            }
            config.plane_count++;
        }
    }
}
