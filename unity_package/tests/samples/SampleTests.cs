using System.Linq;
using MirageLSD.Samples;
using MirageLSD.Tests.Behaviour;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Samples
{
    [TestFixture]
    public sealed class SampleTests : Play
    {
        [Test]
        public void TheGreyBoxLevelBuildsItselfAndStreams()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var level = new GameObject("level").AddComponent<GreyBoxLevel>();
                Game.Send(level, "Start");
                Assert.That(Game.Objects.Count(thing => thing is Renderer), Is.GreaterThan(20));
                var lsd = MainCamera.gameObject.GetComponent<LSDCamera>();
                Until(() => lsd.Engine.Stats.Returned > 0, "A frame", 60.0);
                GUILayout.Pressed = "city";
                Frames(1);
                GUILayout.Pressed = null;
                Assert.That(lsd.Scene, Is.EqualTo("city"));
                Assert.That(Game.Console, Is.Empty);
            }
        }

        [Test]
        public void TheCameraWalks()
        {
            var owner = MainCamera.gameObject;
            owner.AddComponent<WalkingCamera>();
            Event.current.type = EventType.KeyDown;
            Event.current.keyCode = KeyCode.W;
            Frames(60);
            Event.current.type = EventType.KeyUp;
            Frames(1);
            Event.current.type = EventType.Repaint;
            Assert.That(owner.transform.position.z, Is.EqualTo(3f).Within(0.2f)); // 3 m/s for a second
        }

        [Test]
        public void WebcamAndTelevisionStream()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var wall = GameObject.CreatePrimitive(PrimitiveType.Quad);
                var webcam = wall.AddComponent<WebcamStream>();
                var screen = GameObject.CreatePrimitive(PrimitiveType.Quad);
                var television = screen.AddComponent<TelevisionScreen>();
                Until(() => EngineLoop.Engines.Count == 2 && EngineLoop.Engines.All(engine => engine.Stats.Returned > 0), "Two streams", 60.0);
                Assert.That(Game.Console, Is.Empty);
                webcam.enabled = false;
                television.enabled = false;
                Assert.That(EngineLoop.Engines, Is.Empty);
            }
        }
    }
}
