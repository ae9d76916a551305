// A client in C#: opens a stream, sends a moving picture for 2 seconds, sets a control, prints the latency.
//   mcs -unsafe Client.cs && LD_LIBRARY_PATH=DIR mono Client.exe [ENDPOINT]
using System;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

internal static unsafe class Client
{
    private static int Main(string[] arguments)
    {
        fixed (byte* endpoint = arguments.Length > 0 ? Utf8(arguments[0]) : null, name = Utf8("example in C#"), model = Utf8("passthrough"))
        {
            var settings = new ClientConfig { Size = (uint)sizeof(ClientConfig), Endpoint = endpoint, Name = name };
            var client = lsd_client_create(&settings);
            var config = new StreamConfig
            {
                Size = (uint)sizeof(StreamConfig), Model = model, Width = 320, Height = 180, PlaneCount = 1,
            };  // all zero: the plane is color, rgba8
            var stream = client != IntPtr.Zero ? lsd_stream_open(client, &config) : IntPtr.Zero;
            if (stream == IntPtr.Zero) throw new InvalidOperationException(Marshal.PtrToStringAnsi(lsd_last_error()));

            lsd_stream_control_begin(stream);
            lsd_stream_control_float(stream, Utf8("strength"), 0.5f);
            var controlSeq = lsd_stream_control_commit(stream, 0);

            int results = 0;
            var isInEffect = false;
            double latency = 0;
            var picture = new byte[320 * 180 * 4];
            var result = new Result { Size = (uint)sizeof(Result) };
            for (var i = 0; i < 125; ++i)  // nothing in this loop waits for the daemon
            {
                for (var k = 0; k < picture.Length; ++k) picture[k] = (byte)(i * 2);
                fixed (byte* pixels = picture)
                {
                    var frame = new Frame { Size = (uint)sizeof(Frame), Color = pixels };
                    lsd_stream_submit(stream, &frame, null);  // 1 while no daemon is there: the game goes on
                }
                if (lsd_stream_acquire(stream, &result) == 0)
                {
                    ++results;  // result.Pixels: to the screen
                    isInEffect = result.ControlSeq >= controlSeq;
                    latency += (result.AcquireNs - result.CaptureNs) / 1e6;
                }
                Thread.Sleep(16);
            }
            Console.WriteLine("{0} results, latency {1:0.0} ms, strength set: {2}", results, latency / Math.Max(results, 1), isInEffect ? "yes" : "no");
            lsd_client_destroy(client);
            return results > 0 ? 0 : 1;
        }
    }

    private static byte[] Utf8(string text) { return Encoding.UTF8.GetBytes(text + "\0"); }

    // lsd/lsd.h, as far as it is used here. A shorter structure than the library's is fine: `Size` says where it ends.
    [StructLayout(LayoutKind.Sequential)]
    private struct ClientConfig { public uint Size; public byte* Endpoint, Name, Engine, Token, ServerKey, ClientKey, SecretKey; public IntPtr Log, LogUser; }

    [StructLayout(LayoutKind.Sequential)]
    private struct StreamConfig
    {
        public uint Size; public byte* Model; public int Width, Height, PlaneCount; public fixed int Planes[10];
        public int OutputWidth, OutputHeight, OutputFormat, Transport, MaxSteps, Seed; public float Fps; public int OutputAlpha;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Frame { public uint Size; public byte* Color, Plane1, Plane2, Plane3, Plane4; public fixed int RowPitch[5]; public long CaptureNs; public IntPtr Camera, Sun; public int Reset; }

    [StructLayout(LayoutKind.Sequential)]
    private struct Result { public uint Size; public byte* Pixels; public int Width, Height, Format; public long Seq, ControlSeq, CaptureNs, SubmitNs, ReceiveNs, StartNs, EndNs, SendNs, AcquireNs; }

    [DllImport("lsd")] private static extern IntPtr lsd_last_error();
    [DllImport("lsd")] private static extern IntPtr lsd_client_create(ClientConfig* config);
    [DllImport("lsd")] private static extern void lsd_client_destroy(IntPtr client);
    [DllImport("lsd")] private static extern IntPtr lsd_stream_open(IntPtr client, StreamConfig* config);
    [DllImport("lsd")] private static extern int lsd_stream_submit(IntPtr stream, Frame* frame, long* seq);
    [DllImport("lsd")] private static extern int lsd_stream_acquire(IntPtr stream, Result* result);
    [DllImport("lsd")] private static extern int lsd_stream_control_begin(IntPtr stream);
    [DllImport("lsd")] private static extern int lsd_stream_control_float(IntPtr stream, byte[] name, float value);
    [DllImport("lsd")] private static extern long lsd_stream_control_commit(IntPtr stream, float seconds);
}
