using System;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>Camera, points and depth of a known view, with numbers worked out by hand.</summary>
    [TestFixture]
    public sealed class ConventionsTests : Play
    {
        private const float Near = 0.5f, Far = 50f;

        [Test]
        public void AnUntouchedUnityCameraIsTheProtocolsIdentity()
        {
            // Unity looks along +z, the protocol along -z, with x and y the same.
            var view = CameraConventions.ViewToProtocol(MainCamera.worldToCameraMatrix);
            for (var i = 0; i < 16; i++) Assert.That(view[i], Is.EqualTo(i % 5 == 0 ? 1f : 0f).Within(1e-6));
        }

        [Test]
        public void APointIsWhereUnityShowsIt()
        {
            // At (1, 2, 3), turned 90 degrees to the right, the camera looks along Unity's +x. A point 4 m ahead, 1 m to
            // the right (Unity's -z) and 1 m up is at (5, 3, 2).
            Place(MainCamera, new Vector3(1f, 2f, 3f), Quaternion.Euler(0f, 90f, 0f));
            var point = CameraConventions.ToProtocol(new Vector3(5f, 3f, 2f));
            Assert.That(point.z, Is.EqualTo(-2f));
            var view = CameraConventions.ViewToProtocol(MainCamera.worldToCameraMatrix);
            var camera = view * new Vector4(point.x, point.y, point.z, 1f);
            Assert.That(camera.x, Is.EqualTo(1f).Within(1e-5));
            Assert.That(camera.y, Is.EqualTo(1f).Within(1e-5));
            Assert.That(camera.z, Is.EqualTo(-4f).Within(1e-5));
            // 60 degrees of field of view: tan 30 = 0.57735, and 160 : 96 pixels.
            var clip = MainCamera.projectionMatrix * camera;
            Assert.That(clip.w, Is.EqualTo(4f).Within(1e-5));
            Assert.That((clip.x / clip.w + 1f) * 0.5f * Width, Is.EqualTo(80f + 80f * 0.25f / (0.57735f * Width / Height)).Within(1e-3));
            Assert.That((1f - clip.y / clip.w) * 0.5f * Height, Is.EqualTo(48f - 48f * 0.25f / 0.57735f).Within(1e-3));
        }

        [Test]
        public void TheMatricesAreARotationAndSoTheWorldIsRightHanded()
        {
            Place(MainCamera, new Vector3(-3f, 1f, 7f), Quaternion.Euler(20f, 130f, 5f));
            var view = CameraConventions.ViewToProtocol(MainCamera.worldToCameraMatrix);
            var determinant = view.m00 * (view.m11 * view.m22 - view.m12 * view.m21) -
                              view.m01 * (view.m10 * view.m22 - view.m12 * view.m20) +
                              view.m02 * (view.m10 * view.m21 - view.m11 * view.m20);
            Assert.That(determinant, Is.EqualTo(1f).Within(1e-5));
        }

        [Test]
        public unsafe void MatricesAreRowMajorForTheCore()
        {
            Place(MainCamera, new Vector3(1f, 2f, 3f), Quaternion.identity);
            MainCamera.nearClipPlane = Near;
            MainCamera.farClipPlane = Far;
            var camera = CameraPose.Of(MainCamera).ToProtocol(Width, Height);
            // The translation is the last column: (-1, -2, +3), because the world's z has changed its sign.
            Assert.That(camera.view[3], Is.EqualTo(-1f));
            Assert.That(camera.view[7], Is.EqualTo(-2f));
            Assert.That(camera.view[11], Is.EqualTo(3f));
            Assert.That(camera.projection[14], Is.EqualTo(-1f)); // w = -z
            Assert.That(camera.near_plane, Is.EqualTo(Near));
            Assert.That(camera.far_plane, Is.EqualTo(Far));
            Assert.That(camera.jitter[0], Is.EqualTo(0f));
        }

        [Test]
        public void JitterIsInPixels()
        {
            var steady = MainCamera.projectionMatrix;
            var jittered = steady;
            // A quarter of a pixel to the right and half a pixel down, for a camera that looks along -z.
            jittered[0, 2] -= 0.25f * 2f / Width;
            jittered[1, 2] += 0.5f * 2f / Height;
            var jitter = CameraConventions.JitterPixels(jittered, steady, Width, Height);
            Assert.That(jitter.x, Is.EqualTo(0.25f).Within(1e-4));
            Assert.That(jitter.y, Is.EqualTo(0.5f).Within(1e-4));
            var at = new Vector4(0.3f, 0.2f, -2f, 1f);
            var a = steady * at;
            var b = jittered * at;
            Assert.That((b.x / b.w - a.x / a.w) * 0.5f * Width, Is.EqualTo(jitter.x).Within(1e-4));
            Assert.That((b.y / b.w - a.y / a.w) * -0.5f * Height, Is.EqualTo(jitter.y).Within(1e-4));
        }

        [Test]
        public void TheSunPointsToTheSun()
        {
            // A light that shines down and forward in Unity comes from above and behind.
            var owner = new GameObject("sun");
            owner.transform.rotation = Quaternion.Euler(45f, 0f, 0f);
            RenderSettings.sun = owner.AddComponent<Light>();
            NativeSun sun;
            Assert.That(SunLight.TryGet(out sun), Is.True);
            unsafe
            {
                Assert.That(sun.direction[1], Is.EqualTo((float)Math.Sqrt(0.5)).Within(1e-5));
                Assert.That(sun.direction[2], Is.EqualTo((float)Math.Sqrt(0.5)).Within(1e-5)); // behind is +z in the protocol
            }
        }

        [Test]
        public void WithoutASunSourceItIsTheBrightestDirectionalLight()
        {
            Light("lamp", LightType.Spot, 9f);
            var off = Light("off", LightType.Directional, 5f);
            off.enabled = false;
            Light("moon", LightType.Directional, 0.2f).transform.rotation = Quaternion.Euler(90f, 0f, 0f);
            Light("sun", LightType.Directional, 1.5f).transform.rotation = Quaternion.Euler(0f, 0f, 0f);
            NativeSun sun;
            Assert.That(SunLight.TryGet(out sun), Is.True);
            unsafe
            {
                Assert.That(sun.direction[2], Is.EqualTo(1f).Within(1e-5));
            }
        }

        [Test]
        public unsafe void TheSunsColorIsThePipelines()
        {
            var light = Light("sun", LightType.Directional, 100000f);
            light.color = new Color(1f, 0.5f, 0.25f);
            light.useColorTemperature = true;
            light.colorTemperature = 3250f;
            NativeSun sun;
            GraphicsSettings.lightsUseLinearIntensity = GraphicsSettings.lightsUseColorTemperature = true;
            GraphicsSettings.currentRenderPipeline = ScriptableObject.CreateInstance<HDRenderPipelineAsset>();
            SunLight.TryGet(out sun);
            Assert.That(sun.color[0], Is.EqualTo(1f).Within(1e-3), "HDRP's lux: full daylight is 1");
            Assert.That(sun.color[1], Is.EqualTo(Mathf.GammaToLinearSpace(0.5f) * 0.5f).Within(1e-3));
            GraphicsSettings.currentRenderPipeline = null;
            GraphicsSettings.lightsUseLinearIntensity = false;
            light.intensity = 0.5f;
            SunLight.TryGet(out sun);
            Assert.That(sun.color[0], Is.EqualTo(Mathf.GammaToLinearSpace(0.5f)).Within(1e-4), "the built-in pipeline scales the encoded color");
        }

        /// <summary>HDRP's asset is known by its type's name.</summary>
        private sealed class HDRenderPipelineAsset : UnityEngine.Rendering.RenderPipelineAsset
        {
        }

        private static Light Light(string name, LightType type, float intensity)
        {
            var light = new GameObject(name).AddComponent<Light>();
            light.type = type;
            light.intensity = intensity;
            return light;
        }

        private static void Place(Camera camera, Vector3 position, Quaternion rotation)
        {
            camera.transform.position = position;
            camera.transform.rotation = rotation;
        }
    }
}
