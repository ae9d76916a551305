using MirageLSD;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>The code that the package promises, as it stands.</summary>
    public sealed class SeedScript : MonoBehaviour
    {
        public Texture outputTexture;

        public void Start()
        {
            var engine = new LSDStreamEngine("mirage-lsd-v1", useGPU: true);
            engine.BindTexture(outputTexture);   // a Texture2D or a RenderTexture
            engine.StartCapture();               // the main camera, unless one is given
        }
    }

    [TestFixture]
    public sealed class SeedCodeTests : Play
    {
        [Test]
        public void TheRealModelPaintsIntoTheBoundTexture()
        {
            using (var daemon = new Daemon("--model mirage-lsd-v1"))
            {
                Settings.endpoint = daemon.Endpoint;
                Paint(MainCamera, 100);
                Pixels.Fill(CameraPictures.Of(MainCamera).Depth, 0.05f);
                var script = new GameObject("seed").AddComponent<SeedScript>();
                script.outputTexture = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
                script.Start();
                Until(() => HasContrast(script.outputTexture), "A painted picture", 300.0);
                Assert.That(Game.Console, Is.Empty);
                Assert.That(EngineLoop.Engines[0].Stats.Transport, Is.EqualTo("shared memory"));
            }
        }

        private static bool HasContrast(Texture texture)
        {
            int least = 255, most = 0;
            for (var i = 0; i < texture.Bytes.Length; i += 4)
            {
                least = System.Math.Min(least, texture.Bytes[i]);
                most = System.Math.Max(most, texture.Bytes[i]);
            }
            return most - least > 20;
        }
    }
}
