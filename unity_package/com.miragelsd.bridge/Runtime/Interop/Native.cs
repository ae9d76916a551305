using System;
using System.Runtime.InteropServices;

namespace MirageLSD
{
    /// <summary>The functions of lsd/lsd.h. None of them waits for the daemon.</summary>
    internal static unsafe class Native
    {
        public const int MaxPlanes = 5;

        // lsd.dll, liblsd.so, liblsd.dylib.
        private const string Library = "lsd";

        [DllImport(Library)] public static extern IntPtr lsd_version();
        [DllImport(Library)] public static extern long lsd_now_ns();
        [DllImport(Library)] public static extern IntPtr lsd_last_error();

        [DllImport(Library)] public static extern IntPtr lsd_client_create(ref NativeClientConfig config);
        [DllImport(Library)] public static extern void lsd_client_destroy(IntPtr client);
        [DllImport(Library)] public static extern NativeClientState lsd_client_get_state(IntPtr client);
        [DllImport(Library)] public static extern UIntPtr lsd_client_last_error(IntPtr client, byte* buffer, UIntPtr capacity);

        [DllImport(Library)] public static extern int lsd_client_control_count(IntPtr client, byte[] model);
        [DllImport(Library)] public static extern int lsd_client_control_spec(IntPtr client, byte[] model, int index, ref NativeControlSpec spec);
        [DllImport(Library)] public static extern int lsd_client_control_choice(IntPtr client, byte[] model, int index, int choice, byte* buffer, UIntPtr capacity);
        [DllImport(Library)] public static extern long lsd_client_models_generation(IntPtr client);
        [DllImport(Library)] public static extern int lsd_client_model_context(IntPtr client, byte[] model);
        [DllImport(Library)] public static extern int lsd_client_get_progress(IntPtr client, ref NativeProgress progress);

        [DllImport(Library)] public static extern IntPtr lsd_stream_open(IntPtr client, ref NativeStreamConfig config);
        [DllImport(Library)] public static extern void lsd_stream_close(IntPtr stream);
        [DllImport(Library)] public static extern int lsd_stream_submit(IntPtr stream, ref NativeFrame frame, out long seq);
        [DllImport(Library)] public static extern int lsd_stream_acquire(IntPtr stream, ref NativeResult result);
        [DllImport(Library)] public static extern int lsd_context_plane_size(int width, int height, out int planeWidth, out int planeHeight);
        [DllImport(Library)] public static extern int lsd_stream_acquire_context(IntPtr stream, ref NativeContext context);
        [DllImport(Library)] public static extern int lsd_stream_release_context(IntPtr stream, ref NativeContext context);

        [DllImport(Library)] public static extern int lsd_stream_control_begin(IntPtr stream);
        [DllImport(Library)] public static extern int lsd_stream_control_string(IntPtr stream, byte[] name, byte[] value);
        [DllImport(Library)] public static extern int lsd_stream_control_int(IntPtr stream, byte[] name, long value);
        [DllImport(Library)] public static extern int lsd_stream_control_flag(IntPtr stream, byte[] name, int value);
        [DllImport(Library)] public static extern int lsd_stream_control_float(IntPtr stream, byte[] name, float value);
        [DllImport(Library)] public static extern long lsd_stream_control_commit(IntPtr stream, float transition_s);
        [DllImport(Library)] public static extern int lsd_stream_reset(IntPtr stream);

        [DllImport(Library)] public static extern NativeStreamState lsd_stream_get_state(IntPtr stream);
        [DllImport(Library)] public static extern UIntPtr lsd_stream_last_error(IntPtr stream, byte* buffer, UIntPtr capacity);
        [DllImport(Library)] public static extern int lsd_stream_next_notice(IntPtr stream, ref NativeNotice notice);
        [DllImport(Library)] public static extern int lsd_stream_get_progress(IntPtr stream, ref NativeProgress progress);
        [DllImport(Library)] public static extern int lsd_stream_get_stats(IntPtr stream, ref NativeStats stats);
    }
}
