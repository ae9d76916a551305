using System;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>A camera whose frames a daemon gives back as they were; they are shown over the screen, carried to the frame of now.</summary>
    internal static class ScreenOfNow
    {
        public static LSDStreamEngine Start(Camera camera, Action<LSDStreamEngine> prepare = null)
        {
            Scenery.Render(camera, true);
            var engine = new LSDStreamEngine("passthrough")
            {
                Shading = LSDShading.Daemon, Resolution = new Vector2Int(Play.Width, Play.Height), TargetFps = 60f, ShowsOnScreen = true,
            };
            if (prepare != null) prepare(engine);
            engine.StartCapture();
            return engine;
        }

        /// <summary>Until a result was carried; then nothing more is sent, and what is under way comes back.</summary>
        public static void UntilCarried(LSDStreamEngine engine, Camera camera)
        {
            var draws = PaintingShader.Reprojections;
            Action render = () =>
            {
                Scenery.Render(camera, true);
                Play.Frame();
            };
            Play.Until(
                () =>
                {
                    render();
                    return PaintingShader.Reprojections > draws + 2;
                }, "A carried result");
            engine.TargetFps = 0.001f; // one more at most
            for (var i = 0; i < 12; i++) render();
        }

        /// <summary>One frame of a camera that has turned; how alike the screen is to what it sees, dB.</summary>
        public static double Turned(Camera camera, float degrees)
        {
            camera.transform.rotation = Quaternion.Euler(0f, degrees, 0f);
            Scenery.Render(camera, true);
            var screen = CameraPictures.Of(camera).Color;
            var truth = (byte[])screen.Bytes.Clone();
            Play.Frame();
            return OnePicture.Psnr(truth, screen.Bytes);
        }

        /// <summary>A turned camera sees on the screen what is there now, with the last picture as it is it does not.</summary>
        public static void Require(LSDStreamEngine engine, Camera camera)
        {
            UntilCarried(engine, camera);
            var draws = PaintingShader.Reprojections;
            var carried = Turned(camera, 4f);
            Assert.That(PaintingShader.Reprojections, Is.EqualTo(draws + 1));
            engine.LateReprojection = false;
            Play.Frames(1);
            draws = PaintingShader.Reprojections;
            var plain = Turned(camera, 4f);
            Assert.That(PaintingShader.Reprojections, Is.EqualTo(draws));
            Assert.That(carried - plain, Is.GreaterThan(8.0), carried + " dB, as it is " + plain);
            Assert.That(Game.Console, Is.Empty);
        }
    }
}
