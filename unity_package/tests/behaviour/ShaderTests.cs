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

        // In Unity's world: every octant, the axes, and what a packed octahedron folds.
        private static readonly Vector3[] Directions =
        {
            new Vector3(0f, 1f, 0f), new Vector3(-1f, 0f, 0f), new Vector3(0f, 0f, -1f), new Vector3(1f, 2f, -3f), new Vector3(-2f, 0.5f, -1f),
            new Vector3(0.3f, -0.9f, -0.2f), new Vector3(-0.6f, -0.6f, -0.5f), new Vector3(0.4f, 0.1f, -0.02f), new Vector3(0.1f, 0.2f, 0.3f),
        };

        [Test]
        public void NormalsAreOfTheProtocolsWorld(
            [Values("urp", "urp packed", "hdrp", "built-in")] string encoding, [Values(true, false)] bool isReversed, [NUnit.Framework.Range(0, 8)] int which)
        {
            SystemInfo.usesReversedZBuffer = isReversed;
            MainCamera.transform.rotation = Quaternion.Euler(20f, 35f, 5f);
            var normal = Directions[which].normalized;
            // A camera sees what faces it, and the stereographic projection has no room for more.
            if (encoding == "built-in" && Facing(normal) < 0f) normal = normal * -1f;
            Stand(7f, isReversed);
            Fill(CameraPictures.Of(MainCamera).Normals, normal);
            if (encoding == "urp packed") Gpu.GlobalKeywords.Add("_GBUFFER_NORMALS_OCT");
            using (var planes = Normals(encoding))
            {
                var found = At(planes.Normals, 31, 17);
                Assert.That(found.x * 2f - 1f, Is.EqualTo(normal.x).Within(0.02));
                Assert.That(found.y * 2f - 1f, Is.EqualTo(normal.y).Within(0.02));
                Assert.That(found.z * 2f - 1f, Is.EqualTo(-normal.z).Within(0.02), "the protocol's z is turned");
                Assert.That(found.w, Is.EqualTo(1f));
            }
        }

        [Test]
        public void TheSkyHasNoNormal([Values("urp", "hdrp", "built-in")] string encoding)
        {
            Pixels.Fill(CameraPictures.Of(MainCamera).Depth, 0f);
            using (var planes = Normals(encoding)) Assert.That(At(planes.Normals, 31, 17).w, Is.EqualTo(0f));
        }

        [Test]
        public void WhereAShaderDrewNoNormalItIsTakenFromDepth(
            [Values("urp", "urp packed", "hdrp", "built-in", "none")] string encoding, [Values(true, false)] bool isOrthographic)
        {
            // A wall across the view, and a camera that is turned.
            MainCamera.orthographic = isOrthographic;
            MainCamera.transform.rotation = Quaternion.Euler(-12f, 140f, 0f);
            Stand(7f, true);
            if (encoding == "urp packed") Gpu.GlobalKeywords.Add("_GBUFFER_NORMALS_OCT");
            // Of the built-in pipeline's texture only what was drawn there counts: behind this wall something was.
            if (encoding == "built-in") Fill(CameraPictures.Of(MainCamera).Normals, Vector3.zero);
            var expected = MainCamera.transform.rotation * new Vector3(0f, 0f, -1f);
            using (var planes = Normals(encoding))
            {
                var found = At(planes.Normals, 31, 17);
                Assert.That(found.x * 2f - 1f, Is.EqualTo(expected.x).Within(0.03));
                Assert.That(found.y * 2f - 1f, Is.EqualTo(expected.y).Within(0.03));
                Assert.That(found.z * 2f - 1f, Is.EqualTo(-expected.z).Within(0.03));
            }
        }

        private float Facing(Vector3 normal)
        {
            var back = MainCamera.transform.rotation * new Vector3(0f, 0f, -1f);
            return normal.x * back.x + normal.y * back.y + normal.z * back.z;
        }

        private void Stand(float metres, bool isReversed)
        {
            Pixels.Fill(CameraPictures.Of(MainCamera).Depth, Stored(metres, isReversed));
        }

        private static void Fill(Texture texture, Vector3 value)
        {
            for (var i = 0; i < texture.width * texture.height; i++) texture.Pixels.Store(texture.Bytes, i, new Vector4(value.x, value.y, value.z, 0f));
        }

        private FrameConverter Normals(string encoding)
        {
            var converter = new FrameConverter(new StreamFormat { Width = Width, Height = Height, HasDepth = true, HasNormals = true });
            var sources = new CaptureSources { Color = _color, Depth = CameraPictures.Of(MainCamera).Depth, Used = Vector2.one, LacksNormals = encoding == "none" };
            if (encoding == "urp") sources.Normals = NormalBuffers.World(MainCamera);
            else if (encoding == "built-in") sources.Normals = NormalBuffers.DepthNormals(MainCamera);
            else sources.Normals = NormalBuffers.Octahedron(MainCamera);
            if (encoding == "hdrp") sources.NormalEncoding = NormalEncoding.Octahedron;
            if (encoding == "built-in") sources.NormalEncoding = NormalEncoding.DepthNormals;
            converter.SetCamera(CameraPose.Of(MainCamera), new MotionHistory(), sources);
            var commands = new CommandBuffer();
            converter.Record(commands, sources);
            Graphics.ExecuteCommandBuffer(commands);
            commands.Release();
            return converter;
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
