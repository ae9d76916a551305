using System;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>Textures, sizes and devices that are not as one would like them.</summary>
    [TestFixture]
    public sealed class GraphicsTests : PlayWithDaemon
    {
        [Test]
        public void TexturesThatCannotTakeTheResultAreRefusedWithASentence()
        {
            var engine = new LSDStreamEngine("passthrough");
            var compressed = new Texture2D(64, 64, TextureFormat.DXT1, false) { name = "wall" };
            Refuses(engine, compressed, "'wall' has the format DXT1");
            Refuses(engine, new Texture2D(64, 64, TextureFormat.RGBAHalf, false), "RGBA32 or BGRA32");
            Refuses(engine, new Texture2D(64, 64, TextureFormat.RGBA32, false) { IsReadable = false }, "Read/Write");
            Refuses(engine, new Texture2D(8, 64, TextureFormat.RGBA32, false), "16 to 4096");
            Refuses(engine, null, "bind a Texture2D or a RenderTexture");
            Refuses(engine, new WebCamTexture(64, 64), "bind a Texture2D or a RenderTexture");
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void ValuesOutOfRangeAreRefusedWithASentence()
        {
            var engine = new LSDStreamEngine("passthrough");
            Assert.Throws<ArgumentOutOfRangeException>(() => engine.MaxSteps = 9);
            Assert.Throws<ArgumentOutOfRangeException>(() => engine.TargetFps = -1f);
            Assert.Throws<ArgumentOutOfRangeException>(() => engine.TargetFps = float.NaN);
            Assert.Throws<ArgumentOutOfRangeException>(() => engine.Resolution = new Vector2Int(8, 8));
            Assert.Throws<ArgumentOutOfRangeException>(() => engine.Seed = -1);
            Assert.Throws<ArgumentOutOfRangeException>(() => engine.SetScene("city", 61f));
            Assert.Throws<ArgumentException>(() => engine.SetPrompt(""));
            Assert.Throws<ArgumentException>(() => new LSDStreamEngine(""));
            Assert.Throws<LSDException>(() => new LSDStreamEngine("m", true, new LSDConnection { Endpoint = "nonsense" }));
        }

        [Test]
        public void ChangesOfTheWindowOpenTheStreamAgain()
        {
            var output = new RenderTexture(Width, Height, 0);
            var engine = Start(output);
            engine.Resolution = Vector2Int.zero;
            Until(() => engine.Stats.Returned > 2, "Frames");
            Screen.width = 2 * Width;
            Paint(MainCamera, 33);
            Until(() => Pixels.Blue(output) == 33, "A frame of the wider window");
            engine.MaxSteps = 1;
            Paint(MainCamera, 44);
            Until(() => Pixels.Blue(output) == 44, "A frame with fewer steps");
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void AnotherTextureCanBeBoundInMidStream()
        {
            var engine = Start(new RenderTexture(Width, Height, 0));
            var larger = new Texture2D(2 * Width, 2 * Height, TextureFormat.BGRA32, false);
            Until(() => engine.Stats.Returned > 2, "Frames");
            engine.BindTexture(larger);
            Paint(MainCamera, 120);
            Until(() => larger.Bytes[0] == 120, "A frame in the larger texture");
        }

        [Test]
        public void ALostDeviceCostsFramesOnly()
        {
            var output = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
            var engine = Start(output);
            Until(() => engine.Stats.Returned > 2, "Frames");
            Readbacks.Fails = true;
            Frames(60);
            Readbacks.Fails = false;
            Paint(MainCamera, 88);
            Until(() => Pixels.Blue(output) == 88, "A frame after the loss");
            Assert.That(Game.Console, Is.EqualTo(new[] { "warning: MirageLSD: the graphics device lost a frame; capture goes on." }));
        }

        [Test]
        public void ASlowGpuMeansSkippedFramesAndNoWaiting()
        {
            Readbacks.Delay = 30;
            var engine = Start(new RenderTexture(Width, Height, 0));
            Until(() => engine.Stats.Returned > 3, "Frames");
            Assert.That(Readbacks.Count, Is.LessThanOrEqualTo(3 * 4));
        }

        [Test]
        public void PauseAndResume()
        {
            var output = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
            var engine = Start(output);
            Until(() => engine.Stats.Returned > 2, "Frames");
            System.Threading.Thread.Sleep(4000); // the editor is paused: no frames, while the daemon expects pings within 3 s
            Paint(MainCamera, 99);
            Until(() => Pixels.Blue(output) == 99, "A frame after the pause");
            Assert.That(engine.Stats.Reconnects, Is.EqualTo(0));
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void ListenersThatThrowCostTheEngineNothing()
        {
            var engine = Start(new RenderTexture(Width, Height, 0));
            engine.FrameReady += frame => { throw new InvalidOperationException("mine"); };
            Until(() => engine.Stats.Returned > 3, "Frames");
            Assert.That(Game.Console, Has.All.EqualTo("exception: mine"));
        }

        [Test]
        public void TheComponentShowsTheResultOnScreen()
        {
            Settings.endpoint = Daemon.Endpoint;
            Paint(MainCamera, 61);
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            component.Model = "passthrough";
            Until(() => GUI.Drawn != null, "The picture on the screen");
            Assert.That(GUI.Drawn, Is.SameAs(component.Engine.OutputTexture));
            component.enabled = false;
            Assert.That(component.Engine, Is.Null);
            Assert.That(EngineLoop.Engines, Is.Empty);
            component.enabled = true;
            Assert.That(component.Engine, Is.Not.Null);
        }

        private LSDStreamEngine Start(Texture output)
        {
            Settings.endpoint = Daemon.Endpoint;
            Paint(MainCamera, 5);
            var engine = new LSDStreamEngine("passthrough") { Resolution = new Vector2Int(Width, Height), TargetFps = 0f };
            engine.BindTexture(output);
            engine.StartCapture();
            return engine;
        }

        private static void Refuses(LSDStreamEngine engine, Texture texture, string sentence)
        {
            var problem = Assert.Throws<ArgumentException>(() => engine.BindTexture(texture));
            Assert.That(problem.Message, Is.StringContaining(sentence));
        }
    }
}
