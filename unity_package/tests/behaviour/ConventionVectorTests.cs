using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>One level as Unity describes it and as the protocol has to get it; the numbers are not this package's own.</summary>
    [TestFixture]
    public sealed class ConventionVectorTests : Play
    {
        private static readonly Dictionary<string, float[]> Numbers = Read();

        [Test]
        public unsafe void TheCameraIsTheProtocols([Values("0", "1")] string number)
        {
            Use(number, "view_matrix");
            var camera = CameraPose.Of(MainCamera).ToProtocol(Wide, High);
            for (var i = 0; i < 16; i++)
            {
                Assert.That(camera.view[i], Is.EqualTo(Numbers[number + " expected.view"][i]).Within(1e-5), "view " + i);
                Assert.That(camera.projection[i], Is.EqualTo(Numbers[number + " expected_projection"][i]).Within(1e-5), "projection " + i);
            }
        }

        [Test]
        public void ATransformOfThisPoseHasThisView([Values("0", "1")] string number)
        {
            var place = Numbers[number + " camera.position"];
            var turn = Numbers[number + " camera.euler_deg"];
            MainCamera.transform.position = new Vector3(place[0], place[1], place[2]);
            MainCamera.transform.rotation = Quaternion.Euler(turn[0], turn[1], turn[2]);
            var view = MainCamera.worldToCameraMatrix;
            for (var i = 0; i < 16; i++) Assert.That(view[i / 4, i % 4], Is.EqualTo(Numbers[number + " view_matrix"][i]).Within(1e-5));
        }

        [Test]
        public void DepthAndMotionAreTheProtocols([Values("0", "1")] string number, [Values("depth_raw_reversed", "depth_raw_gl")] string buffer)
        {
            SystemInfo.usesReversedZBuffer = buffer == "depth_raw_reversed";
            var history = new MotionHistory();
            Use(number, "previous_view_matrix");
            history.Advance(CameraPose.Of(MainCamera).ClipFromWorld);
            history.MarkCaptured();
            Use(number, "view_matrix");
            var pose = CameraPose.Of(MainCamera);
            history.Advance(pose.ClipFromWorld);
            using (var planes = new FrameConverter(new StreamFormat { Width = Wide, Height = High, HasDepth = true, HasMotion = true }))
            {
                var sources = new CaptureSources
                {
                    Color = new RenderTexture(Wide, High, 0),
                    Depth = Picture(RenderTextureFormat.RFloat, Numbers[number + " " + buffer], 1),
                    Motion = Picture(RenderTextureFormat.RGHalf, Numbers[number + " motion_raw_uv"], 2),
                    Used = Vector2.one,
                };
                planes.SetCamera(pose, history, sources);
                var commands = new CommandBuffer();
                planes.Record(commands, sources);
                Graphics.ExecuteCommandBuffer(commands);
                commands.Release();
                for (var i = 0; i < Wide * High; i++)
                {
                    var metres = Numbers[number + " expected.depth_m"][i];
                    Assert.That(planes.Depth.Pixels.Load(planes.Depth.Bytes, i).x, Is.EqualTo(metres).Within(metres * 2e-3 + 1e-6), "depth " + i);
                    var motion = planes.Motion.Pixels.Load(planes.Motion.Bytes, i);
                    // The vectors' sky is infinitely far away; Unity's lies on the far plane.
                    var tolerance = metres == 0f ? 0.05 : 0.01;
                    Assert.That(motion.x, Is.EqualTo(Numbers[number + " expected.motion_px"][2 * i]).Within(tolerance), "motion x " + i);
                    Assert.That(motion.y, Is.EqualTo(Numbers[number + " expected.motion_px"][2 * i + 1]).Within(tolerance), "motion y " + i);
                }
            }
        }

        private const int Wide = 32, High = 18;

        private void Use(string number, string view)
        {
            MainCamera.nearClipPlane = Numbers[number + " near_m"][0];
            MainCamera.farClipPlane = Numbers[number + " far_m"][0];
            MainCamera.worldToCameraMatrix = Matrix(Numbers[number + " " + view]);
            MainCamera.projectionMatrix = Matrix(Numbers[number + " projection_matrix"]);
        }

        private static Matrix4x4 Matrix(float[] rows)
        {
            var matrix = new Matrix4x4();
            for (var i = 0; i < 16; i++) matrix[i / 4, i % 4] = rows[i];
            return matrix;
        }

        // The vectors list the top row first and count motion's v downwards. Unity's textures begin with the bottom row, and
        // its shaders look for the previous picture at `uv - motion` of such a texture: there v goes up.
        private static RenderTexture Picture(RenderTextureFormat format, float[] values, int channels)
        {
            var texture = new RenderTexture(Wide, High, 0, format);
            for (var i = 0; i < Wide * High; i++)
            {
                var at = channels * i;
                var texel = (High - 1 - i / Wide) * Wide + i % Wide;
                texture.Pixels.Store(texture.Bytes, texel, new Vector4(values[at], channels > 1 ? -values[at + 1] : 0f, 0f, 1f));
            }
            return texture;
        }

        private static Dictionary<string, float[]> Read()
        {
            var numbers = new Dictionary<string, float[]>();
            foreach (var line in File.ReadAllLines(Environment.GetEnvironmentVariable("LSD_TEST_CONVENTIONS")))
            {
                var parts = line.Split(':');
                numbers[parts[0]] = parts[1].Split(' ').Select(value => float.Parse(value, CultureInfo.InvariantCulture)).ToArray();
            }
            return numbers;
        }
    }
}
