using System;
using System.Diagnostics;
using System.Threading;
using NUnit.Framework;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>Contexts in place of pictures, from a real daemon, through the core to C#.</summary>
    [TestFixture]
    public sealed unsafe class ContextTests
    {
        private const ushort One = 0x3C00; // float16
        private Daemon _daemon;
        private NativeClient _client;

        [SetUp]
        public void Connect()
        {
            _daemon = Daemon.Quick();
            _client = new NativeClient(new LSDConnection { Endpoint = _daemon.Endpoint, Name = "test" });
            Until(() => _client.HasContexts("mirage-lsd-v1"), "The model's contexts");
        }

        [TearDown]
        public void Disconnect()
        {
            _client.Dispose();
            _daemon.Dispose();
        }

        [Test]
        public void ContextsAndWeightsArrive()
        {
            using (var stream = Open())
            {
                NativeContext context;
                Assert.That(stream.TryAcquireContext(out context), Is.False);
                context = Next(stream, 1);
                Assert.That(new[] { context.width, context.height, context.channels }, Is.EqualTo(new[] { 40, 22, 16 }));
                Assert.That(context.values[0], Is.EqualTo(One));
                Assert.That(context.values[40 * 22 * 16 - 1], Is.EqualTo(One));
                Assert.That(NativeText.Read(context.shape), Is.EqualTo("mirage-head-48x2"));
                Assert.That(context.weight_count, Is.EqualTo(7203));
                Assert.That(context.weights[7202], Is.EqualTo(0));
                Assert.That(context.palette[23], Is.EqualTo(0.5f));
                Assert.That(context.strength, Is.EqualTo(1f));
                Assert.That(context.has_camera, Is.EqualTo(1));
                stream.ReleaseContext(ref context);
                Assert.That(context.values == null, Is.True);
            }
        }

        [Test]
        public void AnotherSceneHasOtherWeights()
        {
            using (var stream = Open())
            {
                var before = Next(stream, 1);
                var generation = before.weights_generation;
                stream.ReleaseContext(ref before);
                var controls = new StreamControls();
                controls.Texts["scene"] = "city";
                Assert.That(stream.SetControls(controls, 0f), Is.True);
                var after = Next(stream, 2);
                Assert.That(after.weights[0], Is.EqualTo(One));
                Assert.That(after.weights_generation, Is.EqualTo(generation + 1));
                stream.ReleaseContext(ref after);
            }
        }

        [Test]
        public void TheLastContextStaysWithoutTheDaemon()
        {
            using (var stream = Open())
            {
                var last = Next(stream, 1);
                var seq = last.seq;
                stream.ReleaseContext(ref last);
                _daemon.Kill();
                Until(() => stream.State == NativeStreamState.Pending, "The loss of the daemon");
                NativeContext kept;
                Assert.That(stream.TryAcquireContext(out kept), Is.True);
                Assert.That(kept.seq, Is.EqualTo(seq));
                Assert.That(kept.is_new, Is.EqualTo(0));
                Assert.That(kept.age_ns, Is.GreaterThan(last.age_ns));
                stream.ReleaseContext(ref kept);
                string code, message;
                Assert.That(stream.TryTakeNotice(out code, out message), Is.True);
                Assert.That(code, Is.EqualTo("context_held"));
            }
        }

        private NativeStream Open()
        {
            int width, height;
            Assert.That(Native.lsd_context_plane_size(640, 360, out width, out height), Is.EqualTo(NativeStatus.Ok));
            var format = new StreamFormat
            {
                Model = "mirage-lsd-v1",
                Width = width,
                Height = height,
                HasDepth = true,
                OutputWidth = 640,
                OutputHeight = 360,
                OutputFormat = NativeFormat.Context,
            };
            var stream = new NativeStream(_client, format);
            Until(() => stream.State == NativeStreamState.Open, "The stream");
            return stream;
        }

        /// <summary>Sends a frame of one color and holds its context.</summary>
        private static NativeContext Next(NativeStream stream, byte value)
        {
            var color = new byte[stream.Format.Width * stream.Format.Height * 4];
            for (var i = 0; i < color.Length; i++) color[i] = value;
            var depth = new float[stream.Format.Width * stream.Format.Height];
            var camera = new NativeCamera();
            long seq;
            fixed (byte* colorPointer = color)
            fixed (float* depthPointer = depth)
            {
                var frame = new NativeFrame { plane0 = (IntPtr)colorPointer, plane1 = (IntPtr)depthPointer, camera = &camera };
                seq = stream.Submit(ref frame);
            }
            Assert.That(seq, Is.GreaterThan(0));
            var found = new NativeContext();
            Until(() =>
            {
                if (!stream.TryAcquireContext(out found)) return false;
                if (found.seq == seq) return true;
                stream.ReleaseContext(ref found);
                return false;
            }, "The context of frame " + seq);
            return found;
        }

        private static void Until(Func<bool> done, string what)
        {
            var watch = Stopwatch.StartNew();
            while (!done())
            {
                Assert.That(watch.ElapsedMilliseconds, Is.LessThan(30000), what + " did not come.");
                Thread.Sleep(5);
            }
        }
    }
}
