using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>A daemon that gives back what it gets shows whether the picture survives both ways.</summary>
    [TestFixture]
    public sealed class RoundTripTests : PlayWithDaemon
    {
        [Test]
        public void Texture2DHoldsThePictureTheSameWayUp([Values(TextureFormat.RGBA32, TextureFormat.BGRA32)] TextureFormat format)
        {
            var output = new Texture2D(Width, Height, format, false);
            Run(output, new Vector2Int(Width, Height));
            var expected = new Texture2D(Width, Height, format, false);
            Gpu.Copy(CameraPictures.Of(MainCamera).Color, expected);
            Assert.That(Pixels.Difference(output, expected), Is.LessThanOrEqualTo(2));
        }

        [Test]
        public void RenderTextureHoldsThePicture()
        {
            var output = new RenderTexture(Width, Height, 0);
            Run(output, new Vector2Int(Width, Height));
            Assert.That(Pixels.Difference(output, CameraPictures.Of(MainCamera).Color), Is.LessThanOrEqualTo(2));
        }

        [Test]
        public void ColorsAreTheSameInALinearProject([Values(RenderTextureReadWrite.sRGB, RenderTextureReadWrite.Linear)] RenderTextureReadWrite readWrite)
        {
            QualitySettings.activeColorSpace = ColorSpace.Linear;
            var output = new RenderTexture(Width, Height, 0, RenderTextureFormat.ARGB32, readWrite);
            Run(output, new Vector2Int(Width, Height));
            // What a shader reads from both is the same light.
            var camera = CameraPictures.Of(MainCamera).Color;
            for (var i = 0; i < Width * Height; i += 7)
            {
                var sent = camera.Pixels.Load(camera.Bytes, i);
                var back = output.Pixels.Load(output.Bytes, i);
                Assert.That(back.x, Is.EqualTo(sent.x).Within(0.01));
                Assert.That(back.y, Is.EqualTo(sent.y).Within(0.01));
            }
        }

        [Test]
        public void AnotherResolutionIsScaled()
        {
            var output = new RenderTexture(320, 192, 0);
            var engine = Run(output, new Vector2Int(80, 48));
            Assert.That(engine.Stats.Fps, Is.GreaterThan(0f));
            Assert.That(output.Bytes[4 * (10 * 320) + 1], Is.LessThan(40)); // a low row: little green
            Assert.That(output.Bytes[4 * (180 * 320) + 1], Is.GreaterThan(215));
        }

        [Test]
        public void WithoutATextureTheEngineMakesOne()
        {
            var engine = Run(null, Vector2Int.zero);
            Assert.That(engine.OutputTexture.width, Is.EqualTo(600));
            Assert.That(engine.OutputTexture.height, Is.EqualTo(360));
        }

        [Test]
        public void DevicesWithoutAsynchronousReadbackWorkToo()
        {
            SystemInfo.supportsAsyncGPUReadback = false;
            var output = new RenderTexture(Width, Height, 0);
            Run(output, new Vector2Int(Width, Height));
            Assert.That(Pixels.Difference(output, CameraPictures.Of(MainCamera).Color), Is.LessThanOrEqualTo(2));
        }

        [Test]
        public void ATextureCanBeTheSource()
        {
            Settings.endpoint = Daemon.Endpoint;
            var source = new RenderTexture(64, 64, 0);
            source.Create();
            Pixels.Gradient(source, 77);
            var output = new Texture2D(64, 64, TextureFormat.RGBA32, false);
            var engine = new LSDStreamEngine("passthrough") { Resolution = new Vector2Int(64, 64) };
            engine.BindTexture(output);
            engine.StartCapture(source);
            Until(() => Pixels.Blue(output) == 77, "The picture");
            Assert.That(Pixels.Difference(output, source), Is.LessThanOrEqualTo(4));
        }

        [Test]
        public void AnotherCameraCanBeTheSource()
        {
            Settings.endpoint = Daemon.Endpoint;
            Paint(MainCamera, 10);
            var other = MakeCamera();
            Paint(other, 200);
            var output = new RenderTexture(Width, Height, 0);
            var engine = new LSDStreamEngine("passthrough") { Resolution = new Vector2Int(Width, Height) };
            engine.BindTexture(output);
            engine.StartCapture(other);
            Until(() => Pixels.Blue(output) == 200, "The other camera's picture");
            engine.StartCapture(MainCamera);
            Until(() => Pixels.Blue(output) == 10, "The main camera's picture");
            Assert.That(other.Buffers, Is.Empty);
            Assert.That(other.depthTextureMode, Is.EqualTo(DepthTextureMode.None));
        }

        [Test]
        public void EveryFrameIsAnnounced()
        {
            Settings.endpoint = Daemon.Endpoint;
            var engine = new LSDStreamEngine("passthrough") { TargetFps = 0f, Resolution = new Vector2Int(Width, Height) };
            var frames = 0;
            var lastNumber = 0L;
            engine.FrameReady += frame =>
            {
                Assert.That(frame.Number, Is.GreaterThan(lastNumber));
                Assert.That(frame.LatencyMs, Is.GreaterThan(0.1f));
                lastNumber = frame.Number;
                frames++;
            };
            engine.StartCapture();
            Until(() => frames >= 20, "Twenty frames");
            Assert.That(engine.Stats.Dropped, Is.EqualTo(0));
            Assert.That(engine.Stats.LatencyMsP50, Is.GreaterThan(0f));
        }

        private LSDStreamEngine Run(Texture output, Vector2Int resolution)
        {
            Settings.endpoint = Daemon.Endpoint;
            Paint(MainCamera, 200);
            Pixels.Fill(CameraPictures.Of(MainCamera).Depth, 0.1f);
            var engine = new LSDStreamEngine("passthrough") { Resolution = resolution };
            if (output != null) engine.BindTexture(output);
            var frames = 0;
            engine.FrameReady += frame => frames++;
            engine.StartCapture();
            Until(() => frames >= 3, "Three frames");
            Assert.That(Game.Console, Is.Empty);
            return engine;
        }
    }
}
