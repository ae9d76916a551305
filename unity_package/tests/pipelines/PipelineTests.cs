using MirageLSD.Tests.Behaviour;
using NUnit.Framework;
using StandIn;
using UnityEngine;
using UnityEngine.Rendering;
#if HDRP
using UnityEngine.Rendering.HighDefinition;
#else
using UnityEngine.Rendering.Universal;
#endif

namespace MirageLSD.Tests.Pipelines
{
    /// <summary>Compiled once for each version of each scriptable pipeline: what was rendered comes back.</summary>
    [TestFixture]
    public sealed class PipelineTests : Play
    {
        [Test]
        public void ThePictureComesBack()
        {
            using (var daemon = new Daemon())
            {
                UsePipeline();
                Settings.endpoint = daemon.Endpoint;
                Paint(MainCamera, 140);
                Behaviour.Pixels.Fill(CameraPictures.Of(MainCamera).Depth, 0.1f);
                var output = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
                var engine = new LSDStreamEngine("passthrough") { Resolution = new Vector2Int(Width, Height) };
                engine.BindTexture(output);
                engine.StartCapture();
                Until(() => Behaviour.Pixels.Blue(output) == 140, "The picture");
                Assert.That(Behaviour.Pixels.Difference(output, CameraPictures.Of(MainCamera).Color), Is.LessThanOrEqualTo(2));
                Assert.That(Game.Console, Is.Empty);
                engine.Dispose();
                Frames(2);
                Assert.That(RenderPipelineManager.Listeners, Is.EqualTo(0));
            }
        }

        [Test]
        public void DepthAndMotionAreTakenFromThePipeline()
        {
            UsePipeline();
            Behaviour.Pixels.Fill(CameraPictures.Of(MainCamera).Depth, 0.5f);
            Behaviour.Pixels.Fill(CameraPictures.Of(MainCamera).Motion, 4f / Width, 0f);
            var target = new Recorder();
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                Frames(3);
            }
            Assert.That(target.Depth, Is.EqualTo(1f / (0.5f * (1f / 0.3f - 1f / 1000f) + 1f / 1000f)).Within(1e-3));
            Assert.That(target.Motion, Is.EqualTo(-4f).Within(0.02));
            target.Dispose();
        }

        private static void UsePipeline()
        {
#if HDRP
            Game.EnterPlayMode(typeof(HighDefinitionCapture).Assembly);
            GraphicsSettings.currentRenderPipeline = ScriptableObject.CreateInstance<HDRenderPipelineAsset>();
#else
            Game.EnterPlayMode(typeof(UniversalCapture).Assembly);
            GraphicsSettings.currentRenderPipeline = ScriptableObject.CreateInstance<UniversalRenderPipelineAsset>();
#endif
            Game.Pipeline = Simulation.Render;
        }

        /// <summary>Converts each frame and looks at one pixel of it.</summary>
        private sealed class Recorder : CaptureTarget, System.IDisposable
        {
            public float Depth, Motion;

            private readonly MotionHistory _history = new MotionHistory();
            private readonly FrameConverter _converter =
                new FrameConverter(new StreamFormat { Width = Width, Height = Height, HasDepth = true, HasMotion = true });
            private Camera _camera;

            public override bool WantsMotion => true;

            public override bool BeginFrame(Camera camera)
            {
                _camera = camera;
                if (Depth == 0f) ReadBack();
                _history.Advance(CameraPose.Of(camera).ClipFromWorld);
                return true;
            }

            public override void Record(CommandBuffer commands, CaptureSources sources)
            {
                _converter.SetCamera(CameraPose.Of(_camera), _history, sources);
                _history.MarkCaptured();
                _converter.Record(commands, sources);
            }

            public void Dispose()
            {
                _converter.Dispose();
            }

            private void ReadBack()
            {
                Depth = _converter.Depth.Pixels.Load(_converter.Depth.Bytes, 50).x;
                Motion = _converter.Motion.Pixels.Load(_converter.Motion.Bytes, 50).x;
                if (Motion == 0f) Depth = 0f; // the first frame has none; look at the next one
            }
        }
    }
}
