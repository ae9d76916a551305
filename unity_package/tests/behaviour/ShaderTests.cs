using System;
using NUnit.Framework;
using StandIn;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>The conversion shader itself (compiled as C++), fed with what each graphics API stores.</summary>
    [TestFixture]
    public sealed class ShaderTests : Play
    {
        private const float Near = 0.3f, Far = 200f;

        private RenderTexture _color, _depth, _motion;

        [SetUp]
        public void MakeSources()
        {
            _color = new RenderTexture(Width, Height, 0, RenderTextureFormat.ARGB32, RenderTextureReadWrite.Linear);
            _depth = new RenderTexture(Width, Height, 0, RenderTextureFormat.RFloat);
            _motion = new RenderTexture(Width, Height, 0, RenderTextureFormat.RGHalf);
            MainCamera.nearClipPlane = Near;
            MainCamera.farClipPlane = Far;
        }

        [Test]
        public void RowZeroOfThePlanesIsThePicturesTop()
        {
            for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
            {
                _color.Bytes[4 * (y * Width + x)] = (byte)y;
                _depth.Pixels.Store(_depth.Bytes, y * Width + x, new Vector4(Stored(1f + y, true), 0f, 0f, 0f));
            }
            using (var planes = Convert(new MotionHistory(), Width, Height))
            {
                Assert.That(planes.Color.Bytes[0], Is.EqualTo(Height - 1));
                Assert.That(planes.Color.Bytes[4 * (Height - 1) * Width], Is.EqualTo(0));
                Assert.That(At(planes.Depth, 0, 0).x, Is.EqualTo((float)Height).Within(0.01));
                Assert.That(At(planes.Depth, 0, Height - 1).x, Is.EqualTo(1f).Within(0.01));
            }
        }

        [Test]
        public void DepthIsMetres(
            [Values(true, false)] bool isReversed, [Values(true, false)] bool isOrthographic,
            [Values(0.3f, 0.31f, 1f, 7.5f, 60f, 199f)] float metres)
        {
            SystemInfo.usesReversedZBuffer = isReversed; // D3D, Metal, Vulkan: reversed; OpenGL: not
            MainCamera.orthographic = isOrthographic;
            Pixels.Fill(_depth, Stored(metres, isReversed));
            using (var planes = Convert(new MotionHistory(), Width, Height))
                Assert.That(At(planes.Depth, 5, 5).x, Is.EqualTo(metres).Within(metres * (isReversed ? 1e-4 : 2e-2)));
        }

        [Test]
        public void DepthIsMetresForAProjectionSetByHand([Values(true, false)] bool isReversed, [Values(0.35f, 0f)] float tilt)
        {
            // Other planes than the camera says, and a near plane that is tilted, as for a portal or a mirror of water.
            SystemInfo.usesReversedZBuffer = isReversed;
            var projection = Matrix4x4.Perspective(50f, (float)Width / Height, 1f, 40f);
            projection.m02 = 0.1f; // off axis
            projection.m20 = tilt;
            projection.m21 = -0.5f * tilt;
            MainCamera.projectionMatrix = projection;
            const float metres = 6f;
            for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
            {
                // The point of this pixel, six metres ahead.
                float ndcX = (x + 0.5f) / Width * 2f - 1f, ndcY = (y + 0.5f) / Height * 2f - 1f;
                var point = new Vector4((ndcX + projection.m02) * metres / projection.m00, (ndcY + projection.m12) * metres / projection.m11, -metres, 1f);
                var clip = projection * point;
                var stored = (clip.z / clip.w + 1f) * 0.5f;
                _depth.Pixels.Store(_depth.Bytes, y * Width + x, new Vector4(isReversed ? 1f - stored : stored, 0f, 0f, 0f));
            }
            using (var planes = Convert(new MotionHistory(), Width, Height))
                foreach (var at in new[] { new[] { 3, 5 }, new[] { 80, 48 }, new[] { 150, 90 } })
                    Assert.That(At(planes.Depth, at[0], at[1]).x, Is.EqualTo(metres).Within(0.01));
        }

        [Test]
        public void WithoutDepthEverythingIsSky()
        {
            Pixels.Fill(_depth, 0.5f);
            var converter = new FrameConverter(new StreamFormat { Width = Width, Height = Height, HasDepth = true });
            var sources = new CaptureSources { Color = _color, Depth = _depth, Used = Vector2.one, LacksDepth = true };
            converter.SetCamera(CameraPose.Of(MainCamera), new MotionHistory(), sources);
            var commands = new CommandBuffer();
            converter.Record(commands, sources);
            Graphics.ExecuteCommandBuffer(commands);
            commands.Release();
            Assert.That(At(converter.Depth, 5, 5).x, Is.EqualTo(0f));
            converter.Dispose();
        }

        [Test]
        public void WhereNothingWasDrawnIsSky([Values(true, false)] bool isReversed, [Values(true, false)] bool isOrthographic)
        {
            SystemInfo.usesReversedZBuffer = isReversed;
            MainCamera.orthographic = isOrthographic;
            Pixels.Fill(_depth, isReversed ? 0f : 1f);
            using (var planes = Convert(new MotionHistory(), Width, Height)) Assert.That(At(planes.Depth, 9, 9).x, Is.EqualTo(0f));
        }

        [Test]
        public void EngineMotionBecomesPixelsToThePreviousFrame()
        {
            // Unity: from the previous frame to this one, in shares of the picture, +y up. Something moved 8 pixels right
            // and 3 up; so it was 8 to the left and 3 below: (-8, +3) with +y down.
            Pixels.Fill(_motion, 8f / Width, 3f / Height);
            var history = new MotionHistory();
            Advance(history);
            history.MarkCaptured();
            Advance(history);
            using (var planes = Convert(history, Width, Height))
            {
                Assert.That(At(planes.Motion, 20, 20).x, Is.EqualTo(-8f).Within(0.02));
                Assert.That(At(planes.Motion, 20, 20).y, Is.EqualTo(3f).Within(0.02));
            }
        }

        [Test]
        public void MotionScalesWithTheTarget()
        {
            Pixels.Fill(_motion, 8f / Width, 0f);
            var history = new MotionHistory();
            Advance(history);
            history.MarkCaptured();
            Advance(history);
            using (var planes = Convert(history, Width / 2, Height / 2))
                Assert.That(At(planes.Motion, 20, 20).x, Is.EqualTo(-4f).Within(0.02));
        }

        [Test]
        public void TheFirstFrameHasNoMotion()
        {
            Pixels.Fill(_motion, 0.1f, 0.1f);
            var history = new MotionHistory();
            Advance(history);
            using (var planes = Convert(history, Width, Height)) Assert.That(At(planes.Motion, 20, 20).x, Is.EqualTo(0f));
        }

        [Test]
        public void SkippedFramesAreMadeUpForFromTheCamera()
        {
            // A still wall 5 m ahead, seen by a camera that steps 0.1, 0.3 and 0.2 m to the right; only the first and the
            // last frame are captured. Engine vectors know the last step only.
            const float wall = 5f;
            Pixels.Fill(_depth, Stored(wall, true));
            var history = new MotionHistory();
            Advance(history);
            history.MarkCaptured();
            foreach (var step in new[] { 0.1f, 0.3f, 0.2f })
            {
                MainCamera.transform.position += new Vector3(step, 0f, 0f);
                Advance(history);
            }
            var pixelsPerMetre = MainCamera.projectionMatrix.m00 / wall * 0.5f * Width;
            Pixels.Fill(_motion, -0.2f * pixelsPerMetre / Width, 0f); // the wall moves left, the camera goes right
            Assert.That(history.Frames, Is.EqualTo(3));
            using (var planes = Convert(history, Width, Height))
            {
                Assert.That(At(planes.Motion, 30, 40).x, Is.EqualTo(0.6f * pixelsPerMetre).Within(0.05));
                Assert.That(At(planes.Motion, 30, 40).y, Is.EqualTo(0f).Within(0.05));
            }
        }

        [Test]
        public void ThingsThatMoveByThemselvesAreTakenAsMovingOn()
        {
            Pixels.Fill(_depth, Stored(5f, true));
            var history = new MotionHistory();
            Advance(history);
            history.MarkCaptured();
            for (var i = 0; i < 3; i++) Advance(history); // the camera stands still
            Pixels.Fill(_motion, 2f / Width, 0f);
            using (var planes = Convert(history, Width, Height))
                Assert.That(At(planes.Motion, 30, 40).x, Is.EqualTo(-6f).Within(0.05));
        }

        [Test]
        public void HdrpsStillObjectsHaveNoMotionOfTheirOwn()
        {
            Pixels.Fill(_motion, 2f, 0f); // HDRP's mark for "no motion vectors here"
            var history = new MotionHistory();
            Advance(history);
            history.MarkCaptured();
            Advance(history);
            using (var planes = Convert(history, Width, Height, true)) Assert.That(At(planes.Motion, 30, 40).x, Is.EqualTo(0f));
        }

        [Test]
        public void LinearLightIsEncodedExactly()
        {
            QualitySettings.activeColorSpace = ColorSpace.Linear;
            var light = new RenderTexture(Width, Height, 0, RenderTextureFormat.RFloat);
            var expected = new[] { 0f, 0.002f, 0.0031308f, 0.01f, 0.18f, 0.5f, 1f, 7f };
            foreach (var value in expected)
            {
                Pixels.Fill(light, value);
                using (var planes = Convert(new MotionHistory(), Width, Height, false, light))
                {
                    var srgb = value <= 0.0031308 ? value * 12.92 : Math.Min(1.0, 1.055 * Math.Pow(value, 1 / 2.4) - 0.055);
                    Assert.That(planes.Color.Bytes[0], Is.EqualTo(srgb * 255).Within(0.6));
                }
            }
        }

        private void Advance(MotionHistory history)
        {
            history.Advance(CameraPose.Of(MainCamera).ClipFromWorld);
        }

        // What a depth buffer holds for this distance: OpenGL's 0..1, or reversed as on the other APIs.
        private float Stored(float metres, bool isReversed)
        {
            var m = MainCamera.projectionMatrix;
            var clip = m * new Vector4(0f, 0f, -metres, 1f);
            var stored = (clip.z / (double)clip.w + 1.0) * 0.5;
            return (float)(isReversed ? 1.0 - stored : stored);
        }

        private FrameConverter Convert(MotionHistory history, int width, int height, bool isHdrp = false, Texture color = null)
        {
            var converter = new FrameConverter(new StreamFormat { Width = width, Height = height, HasDepth = true, HasMotion = true });
            converter.SetCamera(CameraPose.Of(MainCamera), history, new CaptureSources { IsMotionEncodedByHdrp = isHdrp });
            var commands = new CommandBuffer();
            converter.Record(commands, new CaptureSources { Color = color ?? _color, Depth = _depth, Motion = _motion, Used = Vector2.one });
            Graphics.ExecuteCommandBuffer(commands);
            commands.Release();
            return converter;
        }

        private static Vector4 At(Texture plane, int x, int y)
        {
            return plane.Pixels.Load(plane.Bytes, y * plane.width + x);
        }
    }
}
