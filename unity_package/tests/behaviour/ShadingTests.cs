using System.Linq;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>The engine paints by itself, with what real daemons say; its shader runs on a graphics driver.</summary>
    [TestFixture]
    public sealed class ShadingTests : Play
    {
        private const string Model = "mirage-lsd-v1";

        [Test]
        public void NothingIsMadeOrDrawnWithoutADaemon()
        {
            Settings.endpoint = "tcp://127.0.0.1:" + Daemon.FreePort();
            var objects = Game.ObjectCount;
            int arrays = Game.NativeArrays, buffers = Game.CommandBuffers, draws = PaintingShader.Draws;
            var engine = new LSDStreamEngine(Model) { ShowsOnScreen = true };
            engine.StartCapture();
            Frames(20);
            Assert.That(Game.ObjectCount - objects, Is.EqualTo(3), "the loop alone: a GameObject, its Transform and its component");
            Assert.That(Game.NativeArrays, Is.EqualTo(arrays));
            Assert.That(Game.CommandBuffers, Is.EqualTo(buffers));
            Assert.That(PaintingShader.Draws, Is.EqualTo(draws));
            Assert.That(MainCamera.depthTextureMode, Is.EqualTo(DepthTextureMode.None));
        }

        [Test]
        public void EachFrameIsPaintedBetweenTwoContexts()
        {
            using (var daemon = Daemon.Quick())
            {
                Stand();
                var engine = Start(daemon);
                engine.TargetFps = 0.001f; // one more frame is sent at most, however slow the machine
                Until(() => engine.IsShading, "A context");
                Frames(1);
                var sent = engine.Stats.Submitted;
                var draws = PaintingShader.Draws;
                Frames(10);
                Assert.That(PaintingShader.Draws - draws, Is.EqualTo(10));
                Assert.That(engine.Stats.Submitted - sent, Is.LessThan(10));
                Assert.That(engine.ShadingState, Is.StringStarting("in the engine"));
                Assert.That(engine.OutputTexture.width, Is.EqualTo(Width));
                // What was painted is on the screen.
                Assert.That(Pixels.Difference(engine.OutputTexture, CameraPictures.Of(MainCamera).Color), Is.EqualTo(0));
                engine.Bypass = true;
                Frames(2);
                draws = PaintingShader.Draws;
                Frames(5);
                Assert.That(PaintingShader.Draws, Is.EqualTo(draws), "nobody looks at it");
            }
        }

        [Test]
        public void AWindowOfAnotherSizeNeedsNoOtherStream()
        {
            using (var daemon = Daemon.Quick())
            {
                var engine = Start(daemon);
                Until(() => engine.IsShading, "A context");
                var returned = engine.Stats.Returned;
                Screen.width = 2 * Width;
                Screen.height = 2 * Height;
                Until(() => engine.OutputTexture.width == 2 * Width, "The larger picture");
                Frames(80);
                Assert.That(engine.IsShading, Is.True);
                Assert.That(engine.Stats.Returned, Is.GreaterThan(returned));
                Assert.That(engine.Stats.Submitted, Is.GreaterThan(returned));
            }
        }

        [Test]
        public void TheWorldStaysPaintedWithoutTheDaemon()
        {
            using (var daemon = Daemon.Quick())
            {
                Stand();
                var engine = Start(daemon);
                Until(() => engine.IsShading, "A context");
                daemon.Kill();
                Until(() => !engine.IsConnected, "The loss");
                Until(() => engine.ShadingState.Contains("no contexts come"), "The sign in the panel");
                var draws = PaintingShader.Draws;
                Frames(5);
                Assert.That(PaintingShader.Draws - draws, Is.EqualTo(5));
                Assert.That(Pixels.Difference(engine.OutputTexture, CameraPictures.Of(MainCamera).Color), Is.EqualTo(0));
                daemon.Start();
                Until(() => engine.ShadingState == "in the engine", "The daemon's return");
                engine.StopCapture();
                draws = PaintingShader.Draws;
                Frames(5);
                Assert.That(PaintingShader.Draws, Is.EqualTo(draws));
                Assert.That(MainCamera.depthTextureMode, Is.EqualTo(DepthTextureMode.None));
            }
        }

        [Test]
        public void WhereTheEngineCannotTheDaemonPaints(
            [Values("no contexts", "an old device", "a Texture2D", "a recording", "the setting")] string why,
            [Values(LSDShading.Automatic, LSDShading.Engine)] LSDShading asked)
        {
            if (why == "an old device") SystemInfo.graphicsShaderLevel = 30;
            using (var daemon = why == "no contexts" ? new Daemon() : Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var engine = new LSDStreamEngine(why == "no contexts" ? "passthrough" : Model)
                {
                    Shading = why == "the setting" ? LSDShading.Daemon : asked, WaitsForEachFrame = why == "a recording",
                };
                if (why == "a Texture2D") engine.BindTexture(new Texture2D(Width, Height, TextureFormat.RGBA32, false));
                var shown = 0;
                engine.FrameReady += frame => shown++;
                engine.StartCapture();
                Until(() => shown > 2, "Pictures");
                Assert.That(engine.IsShading, Is.False);
                Assert.That(engine.ShadingState, Is.StringStarting("by the daemon"));
                var isSaid = asked == LSDShading.Engine && why != "the setting";
                Assert.That(Game.Console.Count(line => line.Contains("the engine can't paint by itself")), Is.EqualTo(isSaid ? 1 : 0));
            }
        }

        [Test]
        public void TheSettingCountsAtOnce()
        {
            using (var daemon = Daemon.Quick())
            {
                var engine = Start(daemon);
                Until(() => engine.IsShading, "A context");
                engine.Shading = LSDShading.Daemon;
                Until(() => !engine.IsShading && engine.Stats.Returned > 0, "Pictures");
                engine.Shading = LSDShading.Automatic;
                Until(() => engine.IsShading, "Contexts again");
                Assert.That(Game.Console, Is.Empty);
            }
        }

        [Test]
        public void NothingStaysBehind()
        {
            using (var daemon = Daemon.Quick())
            {
                var first = Start(daemon);
                Until(() => first.IsShading, "A context");
                first.Dispose();
                Frames(5);
                var leaks = new Leaks();
                for (var i = 0; i < 5; i++)
                {
                    var engine = Start(daemon);
                    Until(() => engine.IsShading, "A context");
                    EngineLoop.DisposeAll();
                    Game.EnterPlayMode(typeof(LSDStreamEngine).Assembly);
                }
                Frames(5);
                leaks.RequireNone();
                Assert.That(MainCamera.Buffers, Is.Empty);
            }
        }

        private LSDStreamEngine Start(Daemon daemon)
        {
            Settings.endpoint = daemon.Endpoint;
            var engine = new LSDStreamEngine(Model) { ShowsOnScreen = true };
            engine.StartCapture();
            return engine;
        }

        private void Stand()
        {
            MainCamera.transform.position = new Vector3(0.3f, 1.6f, -1f);
            MainCamera.transform.rotation = Quaternion.Euler(6f, 9f, 0f);
            Scenery.Render(MainCamera);
        }
    }
}
