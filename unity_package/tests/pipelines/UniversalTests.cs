#if !HDRP
using MirageLSD.Tests.Behaviour;
using NUnit.Framework;
using StandIn;
using UnityEngine;
using UnityEngine.Rendering;
using UnityEngine.Rendering.Universal;

namespace MirageLSD.Tests.Pipelines
{
    /// <summary>What only URP has: inputs that are asked for, renderer features, camera stacks, the 2D renderer, Compatibility Mode.</summary>
    public sealed partial class PipelineTests
    {
        [Test]
        public void NothingIsAskedWhileNobodyTakesIt()
        {
            UsePipeline();
            var target = new Recorder { IsOff = true };
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                Frames(2);
                Assert.That(Simulation.Asked, Is.Null);
                target.IsOff = false;
                Frames(1);
                Assert.That(Simulation.Asked & ScriptableRenderPassInput.Motion, Is.EqualTo(ScriptableRenderPassInput.Motion));
                Assert.That((Simulation.Asked & ScriptableRenderPassInput.Color) != 0, Is.EqualTo(Simulation.IsCompatibilityMode));
                Assert.That(Simulation.Asked & ScriptableRenderPassInput.Normal, Is.EqualTo(ScriptableRenderPassInput.Normal));
                target.LeavesNormalsOut = true;
                target.LeavesMotionOut = true;
                Frames(1);
                Assert.That(Simulation.Asked & ScriptableRenderPassInput.Motion, Is.EqualTo(ScriptableRenderPassInput.None));
                Assert.That(Simulation.Asked & ScriptableRenderPassInput.Normal, Is.EqualTo(ScriptableRenderPassInput.None));
            }
            target.Dispose();
        }

        [Test]
        public void AccurateGBufferNormalsAreUnpacked()
        {
            Simulation.PacksNormals = true;
            DepthMotionAndNormalsAreTakenFromThePipeline();
        }

        [Test]
        public void WithDynamicResolutionTheResultFillsTheSmallerTarget()
        {
            Simulation.DynamicScale = 0.5f;
            try
            {
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
                Assert.That(Behaviour.Pixels.Difference(CameraPictures.Of(MainCamera).Color, result), Is.LessThanOrEqualTo(6), "half as sharp");
                target.Dispose();
            }
            finally
            {
                Simulation.DynamicScale = 1f;
            }
        }

        [Test]
        public void AFeatureOfTheRendererSaysWhenTheFrameIsTaken()
        {
            UsePipeline();
            Paint(MainCamera, 200);
            var features = MainCamera.GetUniversalAdditionalCameraData().scriptableRenderer.Features;
            features.Add(new Repainting { Camera = MainCamera });
            var target = new Recorder();
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                RunAndRead(target);
                Assert.That(target.SentBlue, Is.EqualTo(200), "before another feature's pass behind post-processing");
                features.Add(ScriptableObject.CreateInstance<LSDRendererFeature>());
                RunAndRead(target); // in this frame the package does not know of it yet
                RunAndRead(target);
                Assert.That(target.SentBlue, Is.EqualTo(77), "behind it in the list");
                var begun = target.Begun;
                Frames(5);
                Assert.That(target.Begun, Is.EqualTo(begun + 5), "each frame once");
                features.RemoveAt(1);
                RunAndRead(target);
                RunAndRead(target);
                Assert.That(target.SentBlue, Is.EqualTo(200), "without it as before");
            }
            Assert.That(UniversalCapture.Current, Is.Null);
            target.Dispose();
        }

        private void RunAndRead(Recorder target)
        {
            target.SentBlue = 0;
            Paint(MainCamera, 200);
            Frames(1);
            Readbacks.FinishAll();
        }

        /// <summary>Somebody else's feature: another picture behind post-processing.</summary>
        private sealed class Repainting : ScriptableRendererFeature
        {
            public Camera Camera;

            public override void Create()
            {
            }

            public override void AddRenderPasses(ScriptableRenderer renderer, ref RenderingData renderingData)
            {
                renderer.EnqueuePass(new Pass { Camera = Camera });
            }

            private sealed class Pass : ScriptableRenderPass
            {
                public Camera Camera;

                public Pass()
                {
                    ConfigureInput(ScriptableRenderPassInput.Color);
#if URP_17
                    requiresIntermediateTexture = true;
                }

                public override void RecordRenderGraph(UnityEngine.Rendering.RenderGraphModule.RenderGraph renderGraph, ContextContainer frameData)
                {
                    Paint(Camera, 77);
                }
#else
                }

                public override void Execute(ScriptableRenderContext context, ref RenderingData renderingData)
                {
                    Paint(Camera, 77);
                    var commands = CommandBufferPool.Get("repaint");
                    CoreUtils.SetRenderTarget(commands, renderingData.cameraData.renderer.cameraColorTargetHandle);
                    context.ExecuteCommandBuffer(commands);
                    CommandBufferPool.Release(commands);
                }
#endif
            }
        }

        [Test]
        public void AnOverlayCameraIsSaidToHaveNoDepthOfWhatLiesBelow()
        {
            UsePipeline();
            MainCamera.GetUniversalAdditionalCameraData().renderType = CameraRenderType.Overlay;
            var target = new Recorder();
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                Frames(3);
            }
            Assert.That(target.Warnings, Is.EqualTo("overlay "));
            target.Dispose();
        }

        [Test]
        public void AStackIsSaidOnce()
        {
            UsePipeline();
            MainCamera.GetUniversalAdditionalCameraData().cameraStack.Add(MakeCamera());
            var target = new Recorder();
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                Frames(3);
            }
            Assert.That(target.Warnings, Is.EqualTo("stack "));
            target.Dispose();
        }

        [Test]
        public void TheRenderer2DHasNeitherDepthNorMotion()
        {
            UsePipeline();
            MainCamera.GetUniversalAdditionalCameraData().scriptableRenderer = new Renderer2D();
            var target = new Recorder();
            using (var hook = CaptureHooks.Create())
            {
                hook.Attach(MainCamera, target);
                Frames(3);
                target.ReadBack();
            }
            Assert.That(target.Depth, Is.EqualTo(0f));
            Assert.That(target.Motion, Is.EqualTo(0f).Within(0.01));
            target.Dispose();
        }

#if URP_17 && !UNITY_6000_3_OR_NEWER
        [Test]
        public void CompatibilityModeWorksToo()
        {
            GraphicsSettings.PipelineSettings.Add(new RenderGraphSettings { enableRenderCompatibilityMode = true });
            DepthMotionAndNormalsAreTakenFromThePipeline();
            Assert.That(Game.Console, Is.Empty);
        }
#endif
    }
}
#endif
