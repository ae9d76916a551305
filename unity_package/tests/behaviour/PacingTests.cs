using NUnit.Framework;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    [TestFixture]
    public sealed class PacingTests
    {
        [Test]
        public void TheRateIsKeptWhateverTheEnginesOwn([Values(60f, 75f, 144f, 30f)] float engine, [Values(24f, 30f)] float wanted)
        {
            var pacing = new FramePacing();
            var captured = 0;
            for (var frame = 0; frame < (int)(10f * engine); frame++)
            {
                var now = frame / engine;
                if (!pacing.IsDue(now, wanted, 0.001f)) continue;
                pacing.Captured(now, wanted);
                pacing.Answered();
                captured++;
            }
            Assert.That(captured / 10f, Is.EqualTo(wanted).Within(wanted * 0.06f));
        }

        [Test]
        public void ASlowDaemonGetsOneFrameAtATimeAndAFastOneTwo()
        {
            var pacing = new FramePacing();
            Assert.That(pacing.IsDue(0f, 24f, 0.2f), Is.True);
            pacing.Captured(0f, 24f);
            Assert.That(pacing.IsDue(0.1f, 24f, 0.2f), Is.False);
            Assert.That(pacing.IsDue(0.1f, 24f, 0.02f), Is.True);
            pacing.Captured(0.1f, 24f);
            Assert.That(pacing.IsDue(0.2f, 24f, 0.02f), Is.False);
            pacing.Answered();
            Assert.That(pacing.IsDue(0.2f, 24f, 0.02f), Is.True);
        }

        [Test]
        public void AFrameWithoutAnAnswerIsGivenUp()
        {
            var pacing = new FramePacing();
            pacing.Captured(0f, 24f);
            Assert.That(pacing.IsDue(0.9f, 24f, 0.2f), Is.False);
            Assert.That(pacing.IsDue(1.1f, 24f, 0.2f), Is.True);
        }

        [Test]
        public void TheRateIsKeptAfterWeeks()
        {
            var pacing = new FramePacing();
            const double start = 3e6; // five weeks: single precision counts in quarters of a second there
            var captured = 0;
            for (var frame = 0; frame < 600; frame++)
            {
                var now = start + frame / 60.0;
                if (!pacing.IsDue(now, 24f, 0.001f)) continue;
                pacing.Captured(now, 24f);
                pacing.Answered();
                captured++;
            }
            Assert.That(captured, Is.EqualTo(240).Within(6));
        }

        [Test]
        public void ACutIsAJumpOrATurn()
        {
            var cut = new CameraCut();
            var camera = new GameObject("camera").AddComponent<Camera>();
            Assert.That(cut.Look(camera, Pose(0f, Vector3.forward)), Is.False);
            Assert.That(cut.Look(camera, Pose(0.5f, Vector3.forward)), Is.False);
            Assert.That(cut.Look(camera, Pose(30f, Vector3.forward)), Is.True);
            Assert.That(cut.Look(camera, Pose(30f, new Vector3(1f, 0f, 0f))), Is.True);
            Assert.That(cut.Look(camera, Pose(30f, new Vector3(1f, 0f, 0.1f))), Is.False);
            Assert.That(cut.Look(new GameObject("other").AddComponent<Camera>(), Pose(30f, new Vector3(1f, 0f, 0f))), Is.True);
        }

        private static CameraPose Pose(float x, Vector3 forward)
        {
            return new CameraPose { Position = new Vector3(x, 0f, 0f), Forward = forward };
        }
    }
}
