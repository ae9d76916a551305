using System;
using System.Runtime.InteropServices;

namespace MirageLSD
{
    // The structures of lsd/lsd.h, field by field; a test compares sizes and offsets with the C compiler's.
    // Strings are IntPtr to zero-terminated UTF-8 (NativeText).

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeClientConfig
    {
        public uint size;
        public IntPtr endpoint;
        public IntPtr name;
        public IntPtr engine;
        public IntPtr token;
        public IntPtr server_public_key;
        public IntPtr client_public_key;
        public IntPtr client_secret_key;
        public IntPtr log;
        public IntPtr log_user;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeStreamConfig
    {
        public uint size;
        public IntPtr model;
        public int width, height;
        public int plane_count;
        public fixed int planes[2 * Native.MaxPlanes]; // lsd_plane_desc: plane, format
        public int output_width, output_height;
        public int output_format;
        public int transport;
        public int max_steps;
        public int seed;
        public float fps;
        public int output_alpha;
        public int memory; // zeros: host memory
        public int cuda_device;
        public IntPtr cuda_stream;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeCamera
    {
        public fixed float view[16];
        public fixed float projection[16];
        public float near_plane, far_plane;
        public fixed float jitter[2];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeSun
    {
        public fixed float direction[3];
        public fixed float color[3];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeFrame
    {
        public uint size;
        public IntPtr plane0, plane1, plane2, plane3, plane4; // C: planes[5]; C# has no fixed arrays of pointers
        public fixed int row_pitch_bytes[Native.MaxPlanes];
        public long t_capture_ns;
        public NativeCamera* camera;
        public NativeSun* sun;
        public int reset;
        public int slot_count;
        public NativeSlot* slots;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeSlot
    {
        public int slot;
        public int object_class;
        public int flags;
        public float strength;
        public fixed float world_from_object[12];
        public fixed float previous_world_from_object[12];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeResult
    {
        public uint size;
        public IntPtr pixels;
        public int width, height, format;
        public long seq;
        public long control_seq;
        public long t_capture_ns, t_submit_ns, t_receive_ns, t_start_ns, t_end_ns, t_send_ns, t_acquire_ns;
        public int has_camera;
        public NativeCamera camera;
        public int memory;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeContext
    {
        public uint size;
        public int width, height, channels;
        public ushort* values; // float16, as are the weights
        public long seq;
        public long control_seq;
        public long t_capture_ns, t_submit_ns, t_receive_ns, t_start_ns, t_end_ns, t_send_ns, t_acquire_ns;
        public long age_ns;
        public int is_new;
        public int has_camera;
        public NativeCamera camera;
        public IntPtr shape;
        public int shape_version;
        public int weight_count;
        public ushort* weights;
        public long weights_generation;
        public long weights_control_seq;
        public fixed float seed[3];
        public fixed float sun[3];
        public fixed float palette[24];
        public float strength;
        public IntPtr hold;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeControlSpec
    {
        public uint size;
        public int kind;
        public fixed byte name[65];
        public fixed byte help[256];
        public fixed byte unit[16];
        public fixed byte default_text[256];
        public float minimum, maximum;
        public fixed float default_values[4];
        public int has_default;
        public long default_seed;
        public int takes_transition;
        public int max_bytes;
        public int choice_count;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeNotice
    {
        public uint size;
        public fixed byte code[64];
        public fixed byte message[1024];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct NativeProgress
    {
        public uint size;
        public fixed byte what[256];
        public float fraction;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeStats
    {
        public uint size;
        public int client_state;
        public int stream_state;
        public int transport;
        public long submitted;
        public long sent;
        public long returned;
        public long dropped_client;
        public long dropped_daemon;
        public long dropped_results;
        public long reconnects;
        public float fps;
        public float latency_ms_p50, latency_ms_p95, latency_ms_max;
        public float round_trip_ms;
    }
}
