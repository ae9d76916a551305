using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>The daemon's pictures carried to the frame of now; the package's shader runs on a graphics driver.</summary>
    [TestFixture]
    public sealed class ReprojectionTests : PlayWithDaemon
    {
        private static readonly StreamFormat Format = new StreamFormat { Width = Width, Height = Height, HasDepth = true };

        [SetUp]
        public void UseTheDaemon()
        {
            Settings.endpoint = Daemon.Endpoint;
        }

        [Test]
        public void ThePictureIsTheReferences([Values(ColorSpace.Gamma, ColorSpace.Linear)] ColorSpace space)
        {
            QualitySettings.activeColorSpace = space;
            using (var view = new Reprojected(MainCamera, Format))
            {
                Send(view, 4);
                for (var keys = 1; keys <= 4; keys++)
                {
                    view.Answer();
                    Show(5);
                    Assert.That(view.Reprojector.Keys.Count, Is.EqualTo(keys));
                    RequireReference(view, view.Expected());
                }
            }
        }

        [Test]
        public void WhatHasASlotIsFollowed()
        {
            var thing = new GameObject("thing");
            thing.AddComponent<Renderer>();
            thing.AddComponent<LSDIdentity>();
            var format = Format;
            format.HasIds = true;
            using (var view = new Reprojected(MainCamera, format))
            {
                for (var i = 0; i < 3; i++)
                {
                    thing.transform.position = new Vector3(0.3f * i, 0.9f, 2f + 0.2f * i);
                    Send(view, 1);
                    view.Answer();
                }
                thing.transform.position = new Vector3(0.9f, 0.9f, 2.6f);
                Show(1);
                Assert.That(view.Reprojector.Planes.Ids.Bytes.Count(id => id == 1), Is.GreaterThan(100), "it is seen");
                // The protocol's z is turned.
                var moved = Enumerable.Range(1, 4).Select(age => new Vector3(-0.3f * age, 0f, 0.2f * age)).ToArray();
                RequireReference(view, view.Expected(moved));
                var still = view.Expected();
                var found = view.Reprojector.Target.Bytes;
                Assert.That(Enumerable.Range(0, found.Length).Count(i => Math.Abs(found[i] - still[i]) > 2), Is.GreaterThan(100), "else nothing was followed");
            }
        }

        [Test]
        public void FifteenResultsASecondLookLikeSixtyFrames()
        {
            var carried = new List<double>();
            var last = new List<double>();
            using (var view = new Reprojected(MainCamera, Format))
                for (var frame = 0; frame < 40; frame++)
                {
                    // Sent every fourth frame, and back four frames later: each is 4 to 7 frames old when it is shown.
                    if (frame % 4 == 0 && view.UnderWay > 0) view.Answer();
                    view.IsKey = frame % 4 == 0;
                    Show(0.5f * frame);
                    if (view.Reprojector.Keys.Count < 4) continue;
                    var truth = CameraPictures.Of(MainCamera).Color.Bytes;
                    carried.Add(OnePicture.Psnr(truth, view.Reprojector.Target.Bytes));
                    last.Add(OnePicture.Psnr(truth, Upright(view.Newest)));
                }
            Assert.That(carried.Count, Is.GreaterThan(20));
            Assert.That(carried.Average() - last.Average(), Is.GreaterThan(8.0), carried.Average() + " dB, the last picture " + last.Average());
        }

        [Test]
        public void MemoryIsBounded()
        {
            using (var view = new Reprojected(MainCamera, Format))
            {
                Send(view, 9); // none of which has come back
                Assert.That(Kept("depth"), Is.EqualTo(4));
                while (view.UnderWay > 0) view.Answer(); // the oldest are known no more
                for (var i = 0; i < 12; i++)
                {
                    Send(view, 5);
                    while (view.UnderWay > 0) view.Answer();
                    Show(0f);
                }
                Assert.That(view.Reprojector.Keys.Count, Is.EqualTo(4));
                Assert.That(Kept("depth"), Is.EqualTo(8));
                Assert.That(Kept("picture"), Is.LessThanOrEqualTo(8));
            }
            Frames(1);
            Assert.That(Kept(""), Is.EqualTo(0));
        }

        private static int Kept(string what)
        {
            return Game.Objects.Count(thing => (thing.name ?? "").StartsWith("MirageLSD key " + what));
        }

        [Test]
        public void TheScreenShowsTheFrameOfNow()
        {
            var engine = ScreenOfNow.Start(MainCamera);
            ScreenOfNow.Require(engine, MainCamera);
            Assert.That(Pixels.Difference(CameraPictures.Of(MainCamera).Color, engine.OutputTexture), Is.EqualTo(0), "off: the plain picture");
        }

        [Test]
        public void NothingIsKeptOrDrawnWhereItIsOff([Values("switched off", "a texture", "no depth", "a recording", "no copies")] string why)
        {
            if (why == "no copies") SystemInfo.copyTextureSupport = UnityEngine.Rendering.CopyTextureSupport.None;
            var draws = PaintingShader.Reprojections;
            var engine = ScreenOfNow.Start(MainCamera, made =>
            {
                made.LateReprojection = why != "switched off";
                made.ShowsOnScreen = why != "a texture";
                made.CapturesDepth = why != "no depth";
                made.WaitsForEachFrame = why == "a recording";
            });
            Until(() => engine.Stats.Returned > 3, "Results");
            Assert.That(PaintingShader.Reprojections, Is.EqualTo(draws));
            Assert.That(Kept(""), Is.EqualTo(0));
            if (why == "no copies") Assert.That(Game.Console.Single(), Is.StringContaining("no late reprojection: the graphics device can't copy textures"));
            else Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void ACutForgets([Values("a cut", "ResetHistory", "orthographic")] string why)
        {
            var engine = ScreenOfNow.Start(MainCamera);
            ScreenOfNow.UntilCarried(engine, MainCamera);
            if (why == "ResetHistory") engine.ResetHistory();
            MainCamera.orthographic = why == "orthographic";
            var draws = PaintingShader.Reprojections;
            ScreenOfNow.Turned(MainCamera, why == "a cut" ? 170f : 1f);
            Assert.That(PaintingShader.Reprojections, Is.EqualTo(draws));
            Assert.That(Pixels.Difference(CameraPictures.Of(MainCamera).Color, engine.OutputTexture), Is.EqualTo(0), "the last picture as it is");
        }

        private void Send(Reprojected view, int count)
        {
            view.IsKey = true;
            for (var i = 0; i < count; i++) Show(i);
            view.IsKey = false;
        }

        // A step and a turn with each.
        private void Show(float step)
        {
            MainCamera.transform.position = new Vector3(0.04f * step, 1.6f, -1f + 0.05f * step);
            MainCamera.transform.rotation = Quaternion.Euler(6f, 0.8f * step, 0f);
            Scenery.Render(MainCamera, true);
            Frame();
        }

        private static void RequireReference(Reprojected view, byte[] expected)
        {
            var found = view.Reprojector.Target.Bytes;
            var mean = expected.Average(value => value);
            Assert.That(Math.Sqrt(expected.Average(value => (value - mean) * (value - mean))), Is.GreaterThan(15.0), "there is something to see");
            Assert.That(Enumerable.Range(0, found.Length).Max(i => Math.Abs(found[i] - expected[i])), Is.LessThanOrEqualTo(2));
        }

        private static byte[] Upright(byte[] picture)
        {
            return Enumerable.Range(0, Height).Reverse().SelectMany(row => picture.Skip(4 * Width * row).Take(4 * Width)).ToArray();
        }
    }
}
