using System.Linq;
using MirageLSD.Tests.Behaviour;
using NUnit.Framework;
using StandIn;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD.Tests.Volumes
{
    /// <summary>LSD Volume: where the camera is decides how much is painted, and as what.</summary>
    [TestFixture]
    public sealed class VolumeTests : Play
    {
        private LSDCamera _component;

        private sealed class ScriptablePipeline : RenderPipelineAsset
        {
        }

        [SetUp]
        public void InAScriptablePipeline()
        {
            GraphicsSettings.currentRenderPipeline = new ScriptablePipeline();
            VolumeManager.Known.Clear();
            VolumeManager.Known.Add(typeof(LSDVolume));
            VolumeManager.Volumes.Clear();
            VolumeManager.instance.isInitialized = true;
            VolumeReader.Register();
            Settings.endpoint = "tcp://127.0.0.1:9"; // nobody is there
            MainCamera.gameObject.SetActive(false);
            _component = MainCamera.gameObject.AddComponent<LSDCamera>();
            // Without frames of a pipeline that the stand-in does not have here.
            _component.enabled = false;
        }

        [TearDown]
        public void LeaveIt()
        {
            VolumeManager.Volumes.Clear();
            GraphicsSettings.currentRenderPipeline = null;
            LSDCamera.VolumeLooks = null;
        }

        [Test]
        public void WithoutAVolumeTheFieldsCount()
        {
            var look = _component.Look(2f);
            Assert.That(look.Strength, Is.EqualTo(1f));
            Assert.That(look.Scene, Is.EqualTo("forest"));
            GraphicsSettings.currentRenderPipeline = null; // the built-in pipeline has no volumes
            Assert.That(_component.Look(2f).Scene, Is.EqualTo("forest"));
        }

        [Test]
        public void StrengthIsBlendedOverTheDistanceAndOnlyWhereAVolumeSaysIt()
        {
            var volume = Volume();
            volume.strength.Override(0.2f);
            Assert.That(_component.Look(2f).Strength, Is.EqualTo(0.2f).Within(1e-5));
            VolumeManager.Volumes[0].Weight = 0.5f;
            Assert.That(_component.Look(2f).Strength, Is.EqualTo(0.6f).Within(1e-5));
            volume.strength.overrideState = false;
            _component.Strength = 0.9f;
            Assert.That(_component.Look(2f).Strength, Is.EqualTo(0.9f));
            volume.strength.overrideState = true;
            VolumeManager.Volumes[0].Layer = 8; // not the camera's
            Assert.That(_component.Look(2f).Strength, Is.EqualTo(0.9f));
        }

        [Test]
        public void AThemeOfAVolumeComesAndGoesAndTheFieldsStay()
        {
            var volume = Volume();
            var dusk = ScriptableObject.CreateInstance<LSDTheme>();
            dusk.scene = "desert";
            dusk.lighting = "sunset";
            dusk.transitionSeconds = 7f;
            volume.theme.Override(dusk);
            var inside = _component.Look(2f);
            Assert.That(inside.Scene, Is.EqualTo("desert"));
            Assert.That(inside.Seconds, Is.EqualTo(7f));
            volume.lighting.Override("night"); // beats the theme's
            Assert.That(_component.Look(2f).Lighting, Is.EqualTo("night"));
            VolumeManager.Volumes.Clear();
            var outside = _component.Look(2f);
            Assert.That(outside.Scene, Is.EqualTo("forest"));
            Assert.That(outside.Lighting, Is.EqualTo("day"));
            Assert.That(outside.Seconds, Is.EqualTo(2f));
            Assert.That(_component.Scene, Is.EqualTo("forest"), "a volume writes no field");
        }

        [Test]
        public void AWordOfAVolumeBeatsTheCamerasPrompt()
        {
            _component.Prompt = "a frozen village";
            var volume = Volume();
            volume.scene.Override("city");
            var look = _component.Look(0f);
            Assert.That(look.Prompt, Is.EqualTo(""));
            Assert.That(look.Scene, Is.EqualTo("city"));
        }

#if MIRAGELSD_VOLUMES_17
        [Test]
        public void BeforeThePipelineHasBegunThereAreNoVolumes()
        {
            VolumeManager.instance.isInitialized = false;
            Volume().scene.Override("city");
            Assert.That(_component.Look(0f).Scene, Is.EqualTo("forest"));
        }
#endif

        private static LSDVolume Volume()
        {
            var volume = new LSDVolume();
            VolumeManager.Volumes.Add(new StandInVolume { Component = volume });
            return volume;
        }
    }
}
