using System;
using System.Diagnostics;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>Reloads, scene changes and the end of Play: nothing stays behind, nothing takes long.</summary>
    [TestFixture]
    public sealed class LifetimeTests : Play
    {
        [Test]
        public void HundredReloadsInMidStreamLeaveNothing()
        {
            using (var daemon = new Daemon())
            {
                Settings.endpoint = daemon.Endpoint;
                var output = new RenderTexture(Width, Height, 0);
                Stream(output).Dispose();
                Frames(5);
                var leaks = new Leaks();
                for (var i = 0; i < 100; i++)
                {
                    Stream(output);
                    // What the editor does before it loads the assemblies again, read backs under way or not.
                    EngineLoop.DisposeAll();
                    // And what Unity does when the new domain is there.
                    Game.EnterPlayMode(typeof(LSDStreamEngine).Assembly);
                }
                Frames(5);
                leaks.RequireNone();
                Assert.That(Game.Console, Is.Empty);
                Assert.That(Camera.onPreCull, Is.Null);
                Assert.That(MainCamera.Buffers, Is.Empty);
                Assert.That(MainCamera.depthTextureMode, Is.EqualTo(DepthTextureMode.None));
                Assert.That(MainCamera.forceIntoRenderTexture, Is.False);
            }
        }

        [Test]
        public void AThousandEnginesComeAndGo()
        {
            Settings.endpoint = "tcp://127.0.0.1:" + Daemon.FreePort();
            new LSDStreamEngine("passthrough").Dispose();
            Frames(2);
            var leaks = new Leaks();
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < 1000; i++)
            {
                var engine = new LSDStreamEngine("passthrough");
                engine.StartCapture();
                if (i % 10 == 0) Game.Frame();
                engine.Dispose();
                engine.Dispose();
            }
            Frames(2);
            leaks.RequireNone();
            Assert.That(clock.Elapsed.TotalSeconds, Is.LessThan(60.0));
        }

        [Test]
        public void FastEnterPlayModeStartsFromNothing()
        {
            Settings.endpoint = "tcp://127.0.0.1:" + Daemon.FreePort();
            var before = new LSDStreamEngine("passthrough");
            Game.EnterPlayMode(typeof(LSDStreamEngine).Assembly);
            Game.EnterPlayMode(typeof(LSDStreamEngine).Assembly);
            Assert.That(EngineLoop.Engines, Is.Empty);
            Assert.That(Application.QuitListeners, Is.EqualTo(1));
            Assert.Throws<ObjectDisposedException>(() => before.StartCapture());
        }

        [Test]
        public void QuittingEndsEveryEngineWithinASecond()
        {
            Settings.endpoint = "tcp://127.0.0.1:" + Daemon.FreePort();
            for (var i = 0; i < 3; i++) new LSDStreamEngine("passthrough").StartCapture();
            Frames(3);
            var clock = Stopwatch.StartNew();
            Application.Quit();
            Assert.That(clock.Elapsed.TotalSeconds, Is.LessThan(1.0));
            Assert.That(EngineLoop.Engines, Is.Empty);
        }

        [Test]
        public void ASceneChangeKeepsTheStreamAndFindsTheNewMainCamera()
        {
            using (var daemon = new Daemon())
            {
                Settings.endpoint = daemon.Endpoint;
                var output = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
                var engine = Stream(output);
                var sent = engine.Stats.Submitted;
                Game.LoadScene();
                Frames(10); // between two scenes there is no camera
                MainCamera = MakeCamera("MainCamera");
                Paint(MainCamera, 222);
                Until(() => Pixels.Blue(output) == 222, "The new scene's picture");
                Assert.That(engine.Stats.Submitted, Is.GreaterThan(sent), "it is the same stream");
                Assert.That(Game.Console.Count, Is.LessThanOrEqualTo(1));
            }
        }

        [Test]
        public void DestroyedCamerasAndTexturesAreSaidOnce()
        {
            Settings.endpoint = "tcp://127.0.0.1:" + Daemon.FreePort();
            var other = MakeCamera();
            var engine = new LSDStreamEngine("passthrough");
            engine.StartCapture(other);
            Frames(3);
            Game.DestroyNow(other.gameObject);
            Frames(20);
            Assert.That(Said("the captured camera was destroyed; capture has stopped."), Is.EqualTo(1));
            Assert.That(engine.IsCapturing, Is.False);
            var output = new RenderTexture(Width, Height, 0);
            engine.BindTexture(output);
            engine.StartCapture(MainCamera);
            Frames(3);
            Game.DestroyNow(output);
            Frames(20);
            Assert.That(Said("the bound texture was destroyed; capture has stopped."), Is.EqualTo(1));
        }

        private static int Said(string sentence)
        {
            return Game.Console.FindAll(line => line == "warning: MirageLSD: " + sentence).Count;
        }

        [Test]
        public void StoppedAndStartedAgain()
        {
            using (var daemon = new Daemon())
            {
                Settings.endpoint = daemon.Endpoint;
                var output = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
                var engine = Stream(output);
                engine.StopCapture();
                Frames(10);
                Assert.That(MainCamera.Buffers, Is.Empty);
                Assert.That(engine.IsConnected, Is.True);
                Paint(MainCamera, 9);
                engine.StartCapture();
                Until(() => Pixels.Blue(output) == 9, "A frame after the stop");
            }
        }

        private LSDStreamEngine Stream(Texture output)
        {
            var engine = new LSDStreamEngine("passthrough") { Resolution = new Vector2Int(Width, Height), TargetFps = 0f };
            engine.BindTexture(output);
            var frames = 0;
            engine.FrameReady += frame => frames++;
            engine.StartCapture();
            Until(() => frames > 0, "A frame");
            return engine;
        }
    }
}
