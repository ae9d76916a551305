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
        public void WebcamAndTelevisionStream()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var wall = GameObject.CreatePrimitive(PrimitiveType.Quad);
                var webcam = wall.AddComponent<WebcamStream>();
                var screen = GameObject.CreatePrimitive(PrimitiveType.Quad);
                var television = screen.AddComponent<TelevisionScreen>();
                Until(() => EngineLoop.Engines.Count == 2 && EngineLoop.Engines.All(engine => engine.Stats.Returned > 0), "Two streams");
                Assert.That(Game.Console, Is.Empty);
                webcam.enabled = false;
                television.enabled = false;
                Assert.That(EngineLoop.Engines, Is.Empty);
            }
        }
    }
}
