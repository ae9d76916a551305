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
            Readbacks.Delay = 5; // so that one is under way in the pause
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
        public void TheComponentShowsTheResultUnderTheGamesInterface()
        {
            Settings.endpoint = Daemon.Endpoint;
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            component.Model = "passthrough";
            component.BeforeAfter = 0.5f;
            Paint(MainCamera, 61);
            Until(() => component.Engine.Stats.Returned > 2, "Frames");
            // What the daemon has now is blue 61; the camera renders another picture, and the painted half covers it.
            var screen = CameraPictures.Of(MainCamera).Color;
            Paint(MainCamera, 200);
            Game.Frame();
            Assert.That(screen.Bytes[2], Is.EqualTo(200), "the left half is the engine's");
            Assert.That(screen.Bytes[4 * (Width - 1) + 2], Is.EqualTo(61).Within(2), "the right half is the painted one");
            Assert.That(screen.Bytes[4 * (Width - 1) + 1], Is.LessThan(12), "the same way up: the bottom row is dark");
            component.Bypass = true;
            Frames(2);
            Paint(MainCamera, 200);
            Game.Frame();
            Assert.That(screen.Bytes[4 * (Width - 1) + 2], Is.EqualTo(200), "bypass shows the engine's picture at once");
            component.enabled = false;
            Assert.That(component.Engine, Is.Null);
            Assert.That(EngineLoop.Engines, Is.Empty);
            component.enabled = true;
            Assert.That(component.Engine, Is.Not.Null);
        }

        [Test]
        public void WhatIsTypedHalfWayIsNoError()
        {
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            foreach (var size in new[] { new Vector2Int(6, 0), new Vector2Int(64, 0), new Vector2Int(9999, 360), new Vector2Int(-3, 5) })
            {
                Set(component, "resolution", size);
                Game.Send(component, "OnValidate");
                Frames(2);
                Set(component, "resolution", size); // a script, or an old file
                Frames(2);
                component.enabled = false;
                component.enabled = true;
            }
            Assert.That(LSDCamera.Clamped(new Vector2Int(64, 0)), Is.EqualTo(new Vector2Int(64, 16)));
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void NothingIsAskedOfThePipelineWithoutADaemon()
        {
            Settings.endpoint = "tcp://127.0.0.1:" + Behaviour.Daemon.FreePort();
            new LSDStreamEngine("passthrough").StartCapture();
            Frames(5);
            Assert.That(MainCamera.depthTextureMode, Is.EqualTo(DepthTextureMode.None));
            Assert.That(MainCamera.forceIntoRenderTexture, Is.False);
        }

        [Test]
        public void OnlyWhatTheStreamTakesIsAskedOfThePipeline()
        {
            var engine = Start(new RenderTexture(Width, Height, 0));
            engine.CapturesMotion = false;
            Until(() => engine.Stats.Returned > 2, "Frames");
            Assert.That(MainCamera.depthTextureMode, Is.EqualTo(DepthTextureMode.Depth));
        }

        [Test]
        public void NormalsAreAskedForOnlyWhereTheyAreWanted()
        {
            var engine = Start(new RenderTexture(Width, Height, 0));
            Until(() => engine.Stats.Returned > 2, "Frames");
            Assert.That(MainCamera.depthTextureMode & DepthTextureMode.DepthNormals, Is.EqualTo(DepthTextureMode.None));
            engine.CapturesNormals = true;
            Until(() => (MainCamera.depthTextureMode & DepthTextureMode.DepthNormals) != 0, "Normals");
            var returned = engine.Stats.Returned;
            Until(() => engine.Stats.Returned > returned + 2, "Frames with normals");
            engine.StopCapture();
            Assert.That(MainCamera.depthTextureMode, Is.EqualTo(DepthTextureMode.None));
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void AnotherRateNeedsNoOtherStream()
        {
            var engine = Start(new RenderTexture(Width, Height, 0));
            Until(() => engine.Stats.Returned > 5, "Frames");
            var before = engine.Stats.Returned;
            engine.TargetFps = 30f;
            Frames(80);
            Assert.That(engine.Stats.Returned, Is.GreaterThan(before), "the same stream counts on");
        }

        [Test]
        public void APlaneThatADeviceCannotReadIsLeftOut()
        {
            SystemInfo.supportsAsyncGPUReadback = false;
            SystemInfo.Unreadable = UnityEngine.Experimental.Rendering.GraphicsFormat.R32_SFloat;
            var engine = Start(new RenderTexture(Width, Height, 0));
            Until(() => engine.Stats.Returned > 2, "Frames");
            Assert.That(MainCamera.depthTextureMode & DepthTextureMode.Depth, Is.EqualTo(DepthTextureMode.None));
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void TheUsersTextureIsNotLeftActive()
        {
            var output = new RenderTexture(Width, Height, 0);
            var engine = Start(output);
            Until(() => engine.Stats.Returned > 2, "Frames");
            Assert.That(RenderTexture.active, Is.Null);
        }

        [Test]
        public void ARecordingHasOnePaintedFrameForEachFrame()
        {
            var engine = Start(new RenderTexture(Width, Height, 0));
            Until(() => engine.Stats.Returned > 2, "Frames");
            engine.WaitsForEachFrame = true;
            Frames(3);
            var painted = 0;
            engine.FrameReady += frame => painted++;
            for (var i = 0; i < 12; i++) Game.Frame();
            Assert.That(painted, Is.EqualTo(12));
        }

        [Test]
        public void WhatIsNotSupportedIsSaidOnce()
        {
            var engine = Start(new RenderTexture(Width, Height, 0));
            MainCamera.stereoEnabled = true;
            MainCamera.rect = new Rect(0f, 0f, 0.5f, 1f);
            Until(() => engine.Stats.Returned > 2, "Frames");
            Assert.That(Game.Console.Count, Is.EqualTo(2));
            Assert.That(Game.Console[0], Is.StringContaining("stereo (XR) is not supported"));
            Assert.That(Game.Console[1], Is.StringContaining("Viewport Rect"));
        }

        [Test]
        public void TheEventsOfTheComponentAreCalled()
        {
            Settings.endpoint = Daemon.Endpoint;
            Paint(MainCamera, 20);
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            int connected = 0, first = 0;
            component.OnConnected.AddListener(() => connected++);
            component.OnFirstResult.AddListener(() => first++);
            component.Model = "passthrough";
            Until(() => component.Engine.Stats.Returned > 3, "Frames");
            Assert.That(connected, Is.EqualTo(1));
            Assert.That(first, Is.EqualTo(1));
        }

        [Test]
        public void AnotherTargetTextureInTheInspectorCountsAtOnce()
        {
            Settings.endpoint = Daemon.Endpoint;
            Paint(MainCamera, 20);
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            component.Model = "passthrough";
            Until(() => component.Engine.Stats.Returned > 0, "Frames");
            var output = new RenderTexture(Width, Height, 0);
            component.TargetTexture = output;
            Until(() => component.Engine.OutputTexture == output && Pixels.Blue(output) > 10, "The picture in the new texture");
            component.TargetTexture = new Texture2D(Width, Height, TextureFormat.RGB24, false);
            Frames(3);
            Assert.That(Game.Console.FindAll(line => line.Contains("RGB24")).Count, Is.EqualTo(1), string.Join(" | ", Game.Console.ToArray()));
            Assert.That(component.Engine.OutputTexture, Is.EqualTo(output));
        }

        [Test]
        public void ANewTextureIsNotShownBeforeItHasAPicture()
        {
            var engine = Start(new RenderTexture(Width, Height, 0));
            engine.ShowsOnScreen = true;
            Until(() => engine.Stats.Returned > 2, "Frames");
            Readbacks.Delay = 1000; // nothing new comes
            Frames(50);
            engine.BindTexture(new RenderTexture(Width, Height, 0));
            Paint(MainCamera, 200);
            Frames(1);
            Assert.That(Pixels.Blue(CameraPictures.Of(MainCamera).Color), Is.EqualTo(200), "not a black screen");
            Readbacks.FinishAll();
        }

        [Test]
        public void AThemeIsAnAssetAndAKeyIsBypass()
        {
            Settings.endpoint = Daemon.Endpoint;
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            var dusk = ScriptableObject.CreateInstance<LSDTheme>();
            dusk.lighting = "sunset";
            dusk.strength = 0.4f;
            component.Theme = dusk;
            Assert.That(component.Scene, Is.EqualTo("forest"), "an empty field leaves things as they are");
            Assert.That(component.Lighting, Is.EqualTo("sunset"));
            Assert.That(component.Strength, Is.EqualTo(0.4f));
            var city = ScriptableObject.CreateInstance<LSDTheme>();
            city.scene = "city";
            Set(component, "theme", city); // the inspector, Timeline
            Frames(1);
            Assert.That(component.Scene, Is.EqualTo("city"));
            component.Scene = "desert";
            Frames(1);
            Assert.That(component.Scene, Is.EqualTo("desert"), "a theme is applied once");
            MainCamera.gameObject.AddComponent<LSDBypassKey>();
            Event.current.type = EventType.KeyDown;
            Event.current.keyCode = KeyCode.B;
            Frames(1);
            Event.current.type = EventType.Repaint;
            Assert.That(component.Bypass, Is.True);
        }

        private static void Set(LSDCamera component, string field, object value)
        {
            typeof(LSDCamera).GetField(field, System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic).SetValue(component, value);
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
