using System.Linq;
using System.Reflection;
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
    public sealed partial class PipelineTests : Play
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
        public void DepthMotionAndNormalsAreTakenFromThePipeline()
        {
            UsePipeline();
            Behaviour.Pixels.Fill(CameraPictures.Of(MainCamera).Depth, 0.5f);
            Behaviour.Pixels.Fill(CameraPictures.Of(MainCamera).Motion, 4f / Width, 0f);
            var normals = CameraPictures.Of(MainCamera).Normals;
            for (var i = 0; i < Width * Height; i++) normals.Pixels.Store(normals.Bytes, i, new Vector4(0.48f, 0.6f, -0.64f, 0f));
            var target = new Recorder();
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                Frames(3);
            }
            Assert.That(target.Depth, Is.EqualTo(1f / (0.5f * (1f / 0.3f - 1f / 1000f) + 1f / 1000f)).Within(1e-3));
            Assert.That(target.Motion, Is.EqualTo(-4f).Within(0.02));
            Assert.That(target.Normal.x * 2f - 1f, Is.EqualTo(0.48f).Within(0.02));
            Assert.That(target.Normal.y * 2f - 1f, Is.EqualTo(0.6f).Within(0.02));
            Assert.That(target.Normal.z * 2f - 1f, Is.EqualTo(0.64f).Within(0.02), "the protocol's z is turned");
            target.Dispose();
        }

        [Test]
        public void TheEnginePaintsWhatTheDaemonPaints()
        {
            UsePipeline();
            Settings.endpoint = OnePicture.ModelDaemon;
            MainCamera.transform.position = new Vector3(0.3f, 1.6f, -1f);
            MainCamera.transform.rotation = Quaternion.Euler(6f, 9f, 0f);
            Scenery.Render(MainCamera);
            var expected = OnePicture.Painted(LSDShading.Daemon, engine => engine.CapturesNormals = true);
            OnePicture.RequireTheSame(expected, OnePicture.Painted(LSDShading.Engine, engine => engine.CapturesNormals = true));
            // And on the screen, behind what the daemon is sent.
            var before = (byte[])CameraPictures.Of(MainCamera).Color.Bytes.Clone();
            OnePicture.Painted(LSDShading.Engine, engine => engine.ShowsOnScreen = true);
            Assert.That(CameraPictures.Of(MainCamera).Color.Bytes, Is.Not.EqualTo(before));
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void ResultsAreCarriedToTheFrameOfNow()
        {
            using (var daemon = new Daemon())
            {
                UsePipeline();
                Settings.endpoint = daemon.Endpoint;
                var engine = ScreenOfNow.Start(MainCamera);
                ScreenOfNow.Require(engine, MainCamera);
                engine.Dispose();
                Frames(2);
            }
        }

        [Test]
        public void TwoPlayersOnOneScreenHaveAStreamEach()
        {
            using (var daemon = new Daemon())
            {
                UsePipeline();
                Settings.endpoint = daemon.Endpoint;
                var cameras = new[] { MainCamera, MakeCamera() };
                var outputs = new RenderTexture[2];
                var engines = new LSDStreamEngine[2];
                for (var i = 0; i < 2; i++)
                {
                    cameras[i].rect = new Rect(0.5f * i, 0f, 0.5f, 1f);
                    Paint(cameras[i], (byte)(60 + 100 * i));
                    outputs[i] = new RenderTexture(Width / 2, Height, 0);
                    engines[i] = new LSDStreamEngine("passthrough") { Resolution = new Vector2Int(Width / 2, Height) };
                    engines[i].BindTexture(outputs[i]);
                    engines[i].StartCapture(cameras[i]);
                }
                Until(() => Behaviour.Pixels.Blue(outputs[0]) == 60 && Behaviour.Pixels.Blue(outputs[1]) == 160, "Both pictures");
                for (var i = 0; i < 2; i++)
                    Assert.That(Behaviour.Pixels.Difference(outputs[i], CameraPictures.Of(cameras[i]).Color), Is.LessThanOrEqualTo(2));
                Assert.That(Game.Console, Is.Empty);
                foreach (var engine in engines) engine.Dispose();
                Frames(2);
            }
        }

        [Test]
        public void TheJitterIsThePipelines()
        {
            UsePipeline();
#if HDRP
            Simulation.Jitter = new Vector2(-0.25f, -0.125f);
#else
            Simulation.Jitter = new Vector2(0.25f, 0.125f);
#endif
            var target = new Recorder();
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                Frames(1);
            }
            Simulation.Jitter = Vector2.zero;
            var pixels = CameraConventions.JitterPixels(target.Projection.Value, MainCamera.nonJitteredProjectionMatrix, Width, Height);
            Assert.That(pixels.x, Is.EqualTo(0.25f).Within(1e-4), "to the right");
            Assert.That(pixels.y, Is.EqualTo(-0.125f).Within(1e-4), "up");
            target.Dispose();
        }

        [Test]
        public void APlayersLinkerKeepsTheHook()
        {
            GraphicsSettings.currentRenderPipeline = MakeAsset();
            Game.StartPlayer(Hook);
            using (var hook = CaptureHooks.Create()) Assert.That(hook, Is.Not.Null);
        }

        [Test]
        public void EditModeHasTheHookToo()
        {
            var methods = Hook.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic));
            Assert.That(methods.Count(method => method.GetCustomAttributes(typeof(UnityEditor.InitializeOnLoadMethodAttribute), false).Length > 0), Is.EqualTo(1));
        }

        [Test]
        public void TheResultIsDrawnBehindTheCapture([Values(true, false)] bool startsAtTop)
        {
            SystemInfo.graphicsUVStartsAtTop = startsAtTop; // all graphics APIs but OpenGL
            UsePipeline();
            Paint(MainCamera, 200);
            var result = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
            Behaviour.Pixels.Gradient(result, 30);
            var target = new Recorder { Result = result };
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                Frames(1);
            }
            Readbacks.FinishAll();
            Assert.That(target.SentBlue, Is.EqualTo(200), "captured before it is covered");
            Assert.That(Behaviour.Pixels.Difference(CameraPictures.Of(MainCamera).Color, result), Is.LessThanOrEqualTo(2));
            target.Dispose();
        }

#if HDRP
        [Test]
        public void DynamicResolutionAndMsaa([Values(1f, 0.5f)] float scale, [Values(false, true)] bool isMultisampled)
        {
            With(scale, isMultisampled, DepthMotionAndNormalsAreTakenFromThePipeline);
        }

        [Test]
        public void DynamicResolutionAndMsaaPaintTheSame([Values(1f, 0.5f)] float scale)
        {
            With(scale, true, TheEnginePaintsWhatTheDaemonPaints);
        }

        private static void With(float scale, bool isMultisampled, System.Action test)
        {
            Simulation.RenderScale = scale;
            Simulation.IsMultisampled = isMultisampled;
            try
            {
                test();
            }
            finally
            {
                Simulation.RenderScale = 1f;
                Simulation.IsMultisampled = false;
            }
        }
#endif

        private static Assembly Hook =>
#if HDRP
            typeof(HighDefinitionCapture).Assembly;
#else
            typeof(UniversalCapture).Assembly;
#endif

        private static RenderPipelineAsset MakeAsset()
        {
#if HDRP
            return ScriptableObject.CreateInstance<HDRenderPipelineAsset>();
#else
            return ScriptableObject.CreateInstance<UniversalRenderPipelineAsset>();
#endif
        }

        private static void UsePipeline()
        {
            Game.EnterPlayMode(Hook);
            GraphicsSettings.currentRenderPipeline = MakeAsset();
            Game.Pipeline = Simulation.Render;
        }

        /// <summary>Converts each frame and looks at one pixel of it.</summary>
        private sealed class Recorder : CaptureTarget, System.IDisposable
        {
            public float Depth, Motion;
            public Vector4 Normal;

            private readonly MotionHistory _history = new MotionHistory();
            private readonly FrameConverter _converter =
                new FrameConverter(new StreamFormat { Width = Width, Height = Height, HasDepth = true, HasMotion = true, HasNormals = true });
            private Unity.Collections.NativeArray<byte> _bytes =
                new Unity.Collections.NativeArray<byte>(4 * Width * Height, Unity.Collections.Allocator.Persistent);
            private readonly ScreenPresenter _presenter = new ScreenPresenter();
            private Camera _camera;

            public string Warnings = "";
            public int Begun;
            public Matrix4x4? Projection;
            public Texture Result;
            public byte SentBlue;
            public bool IsOff { get; set; }
            public bool LeavesMotionOut { get; set; }
            public bool LeavesNormalsOut { get; set; }

            public override bool IsActive => !IsOff;
            public override bool WantsDepth => !IsOff;
            public override bool WantsMotion => !IsOff && !LeavesMotionOut;
            public override bool WantsNormals => !IsOff && !LeavesNormalsOut;
            public override Texture OnScreen => Result;

            public override void Warn(string key, string sentence)
            {
                Warnings += key + " ";
            }

            public override bool Shades => false;

            public override void Shade(CommandBuffer commands, CaptureSources sources)
            {
            }

            public override void Present(CommandBuffer commands)
            {
                _presenter.Record(commands, Result, 0f);
            }


            public override bool BeginFrame(Camera camera)
            {
                if (IsOff) return false;
                Begun++;
                _camera = camera;
                if (Depth == 0f) ReadBack();
                _history.Advance(CameraPose.Of(camera).ClipFromWorld);
                return true;
            }

            public override void Record(CommandBuffer commands, CaptureSources sources)
            {
                _converter.SetCamera(CameraPose.Of(_camera), _history, sources);
                _history.MarkCaptured();
                Projection = sources.Projection;
                _converter.Record(commands, sources);
                commands.RequestAsyncReadbackIntoNativeArray(ref _bytes, _converter.Color, 0, request =>
                {
                    var bytes = new byte[_bytes.Length];
                    _bytes.CopyTo(bytes);
                    if (SentBlue == 0) SentBlue = bytes[2];
                });
            }

            public void Dispose()
            {
                _converter.Dispose();
                _presenter.Dispose();
                Readbacks.FinishAll();
                _bytes.Dispose();
            }

            public void ReadBack()
            {
                Depth = _converter.Depth.Pixels.Load(_converter.Depth.Bytes, 50).x;
                Motion = _converter.Motion.Pixels.Load(_converter.Motion.Bytes, 50).x;
                Normal = _converter.Normals.Pixels.Load(_converter.Normals.Bytes, 50);
                if (Motion == 0f) Depth = 0f; // the first frame has none; look at the next one
            }
        }
    }
}
