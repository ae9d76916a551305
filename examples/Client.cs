// A client in C#, without Unity: sends a moving picture for two seconds.
//
//     mcs -unsafe Client.cs && LD_LIBRARY_PATH=DIR mono Client.exe [ENDPOINT]
using System;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

internal static unsafe class Client
{
    private const int Width = 320, Height = 180, Ok = 0;

    [StructLayout(LayoutKind.Sequential)] private struct ClientConfig
    {
        public uint size;
        public byte* endpoint, name, engine, token, serverKey, publicKey, secretKey;
        public IntPtr log, user;
    }

    [StructLayout(LayoutKind.Sequential)] private struct StreamConfig
    {
        public uint size;
        public byte* model;
        public int width, height, planeCount;
        public fixed int planes[10]; // pairs of plane and format: color, rgba8
        public int outputWidth, outputHeight, outputFormat, transport, maxSteps, seed;
        public float fps;
        public int alpha;
    }

    [StructLayout(LayoutKind.Sequential)] private struct Frame
    {
        public uint size;
        public byte* color;
        public IntPtr depth, motion, normal, ids;
        public fixed int pitch[5];
        public long captured;
        public IntPtr camera, sun;
        public int reset, slotCount;
        public IntPtr slots;
    }

    [StructLayout(LayoutKind.Sequential)] private struct Result // as much of lsd_result as its first version had
    {
        public uint size;
        public byte* pixels;
        public int width, height, format;
        public long seq, controlSeq, captured, submitted, received, started, ended, sent, acquired;
    }

    [DllImport("lsd")] private static extern IntPtr lsd_client_create(ref ClientConfig config);
    [DllImport("lsd")] private static extern void lsd_client_destroy(IntPtr client);
    [DllImport("lsd")] private static extern IntPtr lsd_stream_open(IntPtr client, ref StreamConfig config);
    [DllImport("lsd")] private static extern int lsd_stream_submit(IntPtr stream, ref Frame frame, out long seq);
    [DllImport("lsd")] private static extern int lsd_stream_acquire(IntPtr stream, ref Result result);
    [DllImport("lsd")] private static extern int lsd_stream_control_begin(IntPtr stream);
    [DllImport("lsd")] private static extern int lsd_stream_control_float(IntPtr stream, byte[] name, float value);
    [DllImport("lsd")] private static extern long lsd_stream_control_commit(IntPtr stream, float seconds);

    private static int Main(string[] arguments)
    {
        fixed (byte* endpoint = Text(arguments.Length > 0 ? arguments[0] : "tcp://127.0.0.1:5757"))
        fixed (byte* model = Text("passthrough"))
        fixed (byte* pixels = new byte[Width * Height * 4])
        {
            var clientConfig = new ClientConfig { size = (uint)sizeof(ClientConfig), endpoint = endpoint };
            var client = lsd_client_create(ref clientConfig);
            var config = new StreamConfig { size = (uint)sizeof(StreamConfig), model = model, width = Width, height = Height, planeCount = 1 };
            var stream = lsd_stream_open(client, ref config);
            lsd_stream_control_begin(stream);
            lsd_stream_control_float(stream, Text("strength"), 1f);
            lsd_stream_control_commit(stream, 0f);
            var results = 0;
            var latency = 0.0;
            for (var i = 0; i < 120; i++) // an engine does this once a frame
            {
                for (var k = 0; k < Width * Height * 4; k++) pixels[k] = (byte)i;
                var frame = new Frame { size = (uint)sizeof(Frame), color = pixels };
                long seq;
                lsd_stream_submit(stream, ref frame, out seq);
                Thread.Sleep(16);
                var result = new Result { size = (uint)sizeof(Result) };
                if (lsd_stream_acquire(stream, ref result) != Ok) continue;
                results++;
                latency = (result.acquired - result.captured) / 1e6;
            }
            lsd_client_destroy(client);
            Console.WriteLine("{0} results, latency of the last {1:F2} ms", results, latency);
            return results > 0 ? 0 : 1;
        }
    }

    private static byte[] Text(string text)
    {
        return Encoding.UTF8.GetBytes(text + "\0");
    }
}
