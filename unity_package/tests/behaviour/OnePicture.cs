using System;
using System.Linq;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>One frame, once painted by the daemon and once by the engine from the context of that frame.</summary>
    internal static class OnePicture
    {
        /// <summary>Of the real model, with kernels that paint the same each time.</summary>
        public static string ModelDaemon => Environment.GetEnvironmentVariable("LSD_TEST_MODEL_DAEMON");

        /// <param name="prepare">Before the stream begins.</param>
        /// <param name="move">Behind the frame that the daemon saw.</param>
        public static RenderTexture Painted(LSDShading shading, Action<LSDStreamEngine> prepare = null, Action move = null)
        {
            var output = new RenderTexture(Play.Width, Play.Height, 0);
            // So slow that one frame is sent.
            var engine = new LSDStreamEngine("mirage-lsd-v1")
            {
                Shading = shading, Resolution = new Vector2Int(Play.Width, Play.Height), TargetFps = 0.001f, CapturesMotion = false,
            };
            engine.BindTexture(output);
            engine.SetControl("detail", 0f);
            if (prepare != null) prepare(engine);
            var isThere = false;
            engine.FrameReady += frame => isThere = true;
            engine.StartCapture();
            Play.Until(() => isThere, "The frame", 300.0);
            if (move != null) move();
            Play.Frames(2);
            Assert.That(engine.IsShading, Is.EqualTo(shading == LSDShading.Engine), engine.ShadingState);
            Assert.That(engine.Stats.Submitted, Is.EqualTo(1));
            engine.Dispose();
            return output;
        }

        /// <summary>Peak signal to noise, dB, over the colors.</summary>
        public static double Psnr(Texture a, Texture b)
        {
            return Psnr(a.Bytes, b.Bytes);
        }

        public static double Psnr(byte[] a, byte[] b)
        {
            var squares = Enumerable.Range(0, a.Length).Where(i => i % 4 < 3).Average(i => (double)(a[i] - b[i]) * (a[i] - b[i]));
            return 10.0 * Math.Log10(255.0 * 255.0 / Math.Max(squares, 1e-9));
        }

        /// <summary>The golden bound: float16 and the rounding of planes tip single bytes over.</summary>
        public static void RequireTheSame(Texture expected, Texture found)
        {
            var colors = Enumerable.Range(0, expected.Bytes.Length).Where(i => i % 4 < 3).Select(i => (int)expected.Bytes[i]).ToArray();
            var mean = colors.Average();
            Assert.That(Math.Sqrt(colors.Average(c => (c - mean) * (c - mean))), Is.GreaterThan(15.0), "there is something to see");
            Assert.That(Pixels.Difference(expected, found), Is.LessThanOrEqualTo(2));
        }
    }
}
