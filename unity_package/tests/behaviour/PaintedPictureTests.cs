using System;
using System.Linq;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>The engine's picture beside the real model's own; the package's shader runs on a graphics driver.</summary>
    [TestFixture]
    public sealed class PaintedPictureTests : Play
    {
        [SetUp]
        public void UseTheModel()
        {
            Settings.endpoint = OnePicture.ModelDaemon;
        }

        [Test]
        public void ThePictureIsTheDaemonsOwn(
            [Values("as constants", "as texels")] string weights, [Values(ColorSpace.Gamma, ColorSpace.Linear)] ColorSpace space)
        {
            QualitySettings.activeColorSpace = space;
            if (weights == "as texels") SystemInfo.maxConstantBufferSize = 16384;
            Stand();
            var expected = OnePicture.Painted(LSDShading.Daemon);
            var found = OnePicture.Painted(LSDShading.Engine);
            OnePicture.RequireTheSame(expected, found);
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void BumpsArePaintedByTheirNormals()
        {
            Stand();
            Action<LSDStreamEngine> bumpy = engine => engine.CapturesNormals = true;
            var flat = OnePicture.Painted(LSDShading.Engine);
            var expected = OnePicture.Painted(LSDShading.Daemon, bumpy);
            var found = OnePicture.Painted(LSDShading.Engine, bumpy);
            OnePicture.RequireTheSame(expected, found);
            Assert.That(OnePicture.Psnr(flat, found), Is.LessThan(35.0), "another picture than without normals");
            Assert.That(Game.Console, Is.Empty);
        }

        [Test]
        public void DepthThatIsNotReversedIsReadToo()
        {
            SystemInfo.usesReversedZBuffer = false;
            Stand();
            var expected = OnePicture.Painted(LSDShading.Daemon);
            OnePicture.RequireTheSame(expected, OnePicture.Painted(LSDShading.Engine));
        }

        [Test]
        public void TheThemeAndTheSunCount()
        {
            RenderSettings.sun = new GameObject("sun").AddComponent<Light>();
            RenderSettings.sun.type = LightType.Directional;
            RenderSettings.sun.transform.rotation = Quaternion.Euler(40f, 12f, 0f);
            Stand();
            Action<LSDStreamEngine> night = engine =>
            {
                engine.SetScene("snow");
                engine.SetLighting("sunset");
                engine.SetStrength(0.75f);
            };
            var forest = OnePicture.Painted(LSDShading.Engine);
            var expected = OnePicture.Painted(LSDShading.Daemon, night);
            var found = OnePicture.Painted(LSDShading.Engine, night);
            OnePicture.RequireTheSame(expected, found);
            Assert.That(Pixels.Difference(forest, found), Is.GreaterThan(60));
        }

        [Test]
        public void APersonWearsWhatWasSaidAndAKeptThingStays()
        {
            Stand();
            Mark(new Vector3(0.6f, 1f, 4f), LSDClass.Outfit, false);
            Mark(new Vector3(-0.8f, 1.2f, 3f), LSDClass.Prop, true);
            Action<LSDStreamEngine> dress = engine => engine.SetAppearance("a red coat");
            var expected = OnePicture.Painted(LSDShading.Daemon, dress);
            var found = OnePicture.Painted(LSDShading.Engine, dress);
            OnePicture.RequireTheSame(expected, found);
            var camera = CameraPictures.Of(MainCamera).Color;
            var kept = Enumerable.Range(0, Width * Height).Count(i => Enumerable.Range(0, 3).All(k => camera.Bytes[4 * i + k] == found.Bytes[4 * i + k]));
            Assert.That(kept, Is.GreaterThan(100), "to the pixel");
        }

        [Test]
        public void WhatTurnsKeepsItsTextureAsTheDaemonHasIt()
        {
            Stand();
            var straight = Mark(new Vector3(0.4f, 1.1f, 2.5f), LSDClass.Building, false);
            var before = OnePicture.Painted(LSDShading.Engine);
            straight.rotation = Quaternion.Euler(25f, 70f, 10f);
            Mark(new Vector3(-0.9f, 1f, 3f), LSDClass.Outfit, false).rotation = Quaternion.Euler(-90f, 30f, 0f);
            Action<LSDStreamEngine> dress = engine => engine.SetAppearance("a red and white striped shirt");
            var expected = OnePicture.Painted(LSDShading.Daemon, dress);
            var found = OnePicture.Painted(LSDShading.Engine, dress);
            OnePicture.RequireTheSame(expected, found);
            Assert.That(Pixels.Difference(before, found), Is.GreaterThan(20), "it has turned");
        }

        [Test]
        public void AnOlderContextIsReadWhereItsFrameSawThePoint()
        {
            Stand();
            Action turn = () =>
            {
                MainCamera.transform.rotation = Quaternion.Euler(5f, 14f, 0f);
                MainCamera.transform.position = new Vector3(0.35f, 1.6f, -0.8f);
                Scenery.Render(MainCamera);
            };
            var found = OnePicture.Painted(LSDShading.Engine, null, turn);
            var before = OnePicture.Painted(LSDShading.Daemon); // of the turned camera
            Stand();
            var still = OnePicture.Painted(LSDShading.Daemon);
            Assert.That(OnePicture.Psnr(still, before), Is.LessThan(30.0), "it is another picture");
            Assert.That(OnePicture.Psnr(found, before), Is.GreaterThan(43.0));
        }

        private void Stand()
        {
            MainCamera.transform.position = new Vector3(0.3f, 1.6f, -1f);
            MainCamera.transform.rotation = Quaternion.Euler(6f, 9f, 0f);
            Scenery.Render(MainCamera);
        }

        private static Transform Mark(Vector3 place, LSDClass what, bool isKept)
        {
            var thing = new GameObject("thing");
            thing.transform.position = place;
            thing.AddComponent<Renderer>();
            var identity = thing.AddComponent<LSDIdentity>();
            identity.ObjectClass = what;
            identity.Keep = isKept;
            return thing.transform;
        }
    }
}
