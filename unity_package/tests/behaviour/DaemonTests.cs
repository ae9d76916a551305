using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>Whatever the daemon does, the game goes on, and the console has one sentence about it.</summary>
    [TestFixture]
    public sealed class DaemonTests : Play
    {
        [Test]
        public void AMissingDaemonIsSaidOnceAndCostsNothing()
        {
            Settings.endpoint = "tcp://127.0.0.1:" + Daemon.FreePort();
            new LSDStreamEngine("passthrough").StartCapture();
            Until(() => Game.Console.Count > 0, "The sentence");
            var slowest = 0.0;
            for (var i = 0; i < 200; i++)
            {
                var clock = Stopwatch.StartNew();
                Game.Frame();
                slowest = System.Math.Max(slowest, clock.Elapsed.TotalSeconds);
            }
            Assert.That(slowest, Is.LessThan(0.25));
            Assert.That(Game.Console.Count, Is.EqualTo(1));
            Assert.That(Game.Console[0], Is.StringContaining("no daemon answers at " + Settings.endpoint));
        }

        [Test]
        public void ADaemonThatStartsLaterIsFound()
        {
            var port = Daemon.FreePort();
            Settings.endpoint = "tcp://127.0.0.1:" + port;
            var engine = new LSDStreamEngine("passthrough");
            var connections = 0;
            engine.Connected += () => connections++;
            engine.StartCapture();
            Frames(50);
            using (new Daemon("--model passthrough", port))
            {
                Until(() => engine.Stats.Returned > 0, "A frame");
                Assert.That(connections, Is.EqualTo(1));
            }
        }

        [Test]
        public void ADaemonThatIsKilledAndRestartedIsFoundAgain()
        {
            using (var daemon = new Daemon())
            {
                Settings.endpoint = daemon.Endpoint;
                Paint(MainCamera, 50);
                var output = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
                var engine = new LSDStreamEngine("passthrough") { Resolution = new Vector2Int(Width, Height) };
                var lost = new List<string>();
                engine.Disconnected += lost.Add;
                engine.BindTexture(output);
                engine.StartCapture();
                Until(() => Pixels.Blue(output) == 50, "The first picture");
                daemon.Kill();
                Until(() => lost.Count == 1, "The loss");
                Assert.That(engine.IsConnected, Is.False);
                Until(() => Pixels.Blue(output) != 50, "Stripes in place of a frozen picture");
                Assert.That(Pixels.Blue(output), Is.EqualTo(40).Or.EqualTo(32));
                Paint(MainCamera, 150);
                daemon.Start();
                Until(() => Pixels.Blue(output) == 150, "The picture after the restart");
                Assert.That(engine.Stats.Reconnects, Is.EqualTo(1));
                Assert.That(Game.Console, Is.EqualTo(new[] { "warning: MirageLSD: " + lost[0] }));
            }
        }

        [Test]
        public void AnUnknownModelIsSaidOnce()
        {
            using (var daemon = new Daemon())
            {
                Settings.endpoint = daemon.Endpoint;
                var errors = new List<string>();
                var engine = new LSDStreamEngine("no-such-model");
                engine.Error += errors.Add;
                engine.StartCapture();
                Until(() => errors.Count > 0, "The error");
                Frames(100);
                Assert.That(errors.Count, Is.EqualTo(1));
                Assert.That(errors[0], Is.StringContaining("no-such-model"));
                Assert.That(Game.Console.Count, Is.EqualTo(1));
            }
        }

        [Test]
        public void ARefusedControlIsSaidAndTheStreamGoesOn()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var engine = new LSDStreamEngine("mirage-lsd-v1") { Resolution = new Vector2Int(64, 64) };
                var errors = new List<string>();
                engine.Error += errors.Add;
                engine.SetScene("forest");
                engine.SetLighting("night", 1f);
                engine.SetPrompt("a city in neon light", 0.5f);
                engine.Seed = 7;
                engine.StartCapture();
                Until(() => engine.Stats.Returned > 0, "A frame", 60.0);
                engine.SetAppearance("a red coat, blonde hair", 0.5f);
                var shown = engine.Stats.Returned;
                Until(() => engine.Stats.Returned > shown + 2, "Frames after the controls", 60.0);
                Assert.That(errors, Is.Empty);
                engine.SetScene("the moon");
                Until(() => errors.Count > 0, "The refusal", 60.0);
                Assert.That(errors[0], Is.StringContaining("the moon"));
                var before = engine.Stats.Returned;
                Until(() => engine.Stats.Returned > before + 2, "Frames after the refusal", 60.0);
                Assert.That(errors.Count, Is.EqualTo(1));
            }
        }

        [Test]
        public void ThePanelsControlsComeFromTheDaemon()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var engine = new LSDStreamEngine("mirage-lsd-v1") { Resolution = new Vector2Int(64, 64) };
                Assert.That(engine.Controls, Is.Empty);
                engine.StartCapture();
                Until(() => engine.Controls.Length > 0, "The daemon's controls", 60.0);
                var names = engine.Controls.Select(control => control.Name).ToArray();
                Assert.That(names, Is.EqualTo(new[] { "scene", "lighting", "prompt", "appearance", "detail", "tint", "sun_direction", "steps", "seed", "strength", "bypass" }));
                var scene = engine.Controls[0];
                Assert.That(scene.Kind, Is.EqualTo(LSDControlKind.Choice));
                Assert.That(scene.Choices, Has.Member("scifi"));
                Assert.That(scene.DefaultText, Is.EqualTo("forest"));
                Assert.That(engine.Controls.Single(control => control.Name == "strength").Maximum, Is.EqualTo(1f));
                Assert.That(engine.Controls.All(control => control.Help.EndsWith(".")), Is.True);
                Assert.That(engine.Controls, Is.SameAs(engine.Controls), "asked once a daemon, not once a repaint");
                engine.Dispose();
                Assert.That(engine.Controls, Is.Empty);
            }
        }

        [Test]
        public void AWordThatMeansNothingIsSaidOnce()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var engine = new LSDStreamEngine("mirage-lsd-v1") { Resolution = new Vector2Int(64, 64) };
                engine.StartCapture();
                Until(() => engine.Stats.Returned > 0, "A frame", 60.0);
                engine.SetStrength(0.5f, 1f);
                engine.Bypass = true;
                engine.SetPrompt("xylophone");
                Until(() => Game.Console.Any(line => line.Contains("xylophone")), "The notice", 60.0);
                engine.SetPrompt("xylophones");
                var before = engine.Stats.Returned;
                Until(() => engine.Stats.Returned > before + 2, "Frames", 60.0);
                Assert.That(Game.Console.Count, Is.EqualTo(1));
            }
        }

        [Test]
        public void AnotherProtocolVersionIsRefusedWithASentence()
        {
            Settings.endpoint = System.Environment.GetEnvironmentVariable("LSD_TEST_FOREIGN_DAEMON");
            var errors = new List<string>();
            var engine = new LSDStreamEngine("passthrough");
            engine.Error += errors.Add;
            engine.StartCapture();
            Until(() => errors.Count > 0, "The refusal");
            Assert.That(errors[0], Is.StringContaining("version"));
            Frames(100);
            Assert.That(Game.Console.Count, Is.EqualTo(1));
        }

        [Test]
        public void TheTokenIsNotInTheProjectsSettings()
        {
            using (var daemon = new Daemon("--model passthrough --token open-sesame"))
            {
                Settings.endpoint = daemon.Endpoint;
                var refused = new LSDStreamEngine("passthrough");
                refused.StartCapture();
                Until(() => Game.Console.Any(line => line.Contains("token")), "The refusal");
                refused.Dispose();
                LSDSettings.Secrets = () => new[] { "open-sesame", "" };
                var engine = new LSDStreamEngine("passthrough");
                engine.StartCapture();
                Until(() => engine.Stats.Returned > 0, "A frame");
            }
        }
    }
}
