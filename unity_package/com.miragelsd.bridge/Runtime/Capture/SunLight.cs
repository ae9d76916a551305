using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>The scene's sun in the protocol's conventions.</summary>
    internal static class SunLight
    {
        // HDRP counts in lux; the protocol's full daylight is 1.
        private const float DaylightLux = 100000f;
        private const double LookSeconds = 1.0;

        private static Light _brightest;
        private static double _nextLook = double.NegativeInfinity;

        /// <summary>False: no directional light is on, and the model's own is used.</summary>
        public static unsafe bool TryGet(out NativeSun sun)
        {
            sun = new NativeSun();
            var light = Find();
            if (light == null) return false;
            // A light shines along its forward axis; the protocol's vector points towards the sun.
            var direction = CameraConventions.ToProtocol(-light.transform.forward);
            var color = Radiance(light);
            var filled = new NativeSun(); // a local: only its arrays may be written without pinning
            filled.direction[0] = direction.x;
            filled.direction[1] = direction.y;
            filled.direction[2] = direction.z;
            filled.color[0] = color.r;
            filled.color[1] = color.g;
            filled.color[2] = color.b;
            sun = filled;
            return true;
        }

        /// <summary>Unity's own rule: the Sun Source of the Lighting window, or else the brightest directional light.</summary>
        private static Light Find()
        {
            if (IsOn(RenderSettings.sun)) return RenderSettings.sun;
            var now = Time.realtimeSinceStartupAsDouble;
            if (now >= _nextLook || !IsOn(_brightest))
            {
                if (now < _nextLook) return null;
                _nextLook = now + LookSeconds;
                _brightest = null;
                foreach (var light in Object.FindObjectsByType<Light>(FindObjectsSortMode.None))
                    if (light.type == LightType.Directional && IsOn(light) && (_brightest == null || light.intensity > _brightest.intensity))
                        _brightest = light;
            }
            return _brightest;
        }

        internal static void Forget()
        {
            _brightest = null;
            _nextLook = double.NegativeInfinity;
        }

        private static bool IsOn(Light light)
        {
            return light != null && light.isActiveAndEnabled;
        }

        private static Color Radiance(Light light)
        {
            var intensity = light.intensity;
            if (CaptureHooks.ActivePipeline == "HDRenderPipelineAsset") return Tinted(light, intensity / DaylightLux);
            if (GraphicsSettings.lightsUseLinearIntensity) return Tinted(light, intensity);
            return (light.color * intensity).linear;
        }

        private static Color Tinted(Light light, float intensity)
        {
            var color = light.color.linear * intensity;
            if (!light.useColorTemperature || !GraphicsSettings.lightsUseColorTemperature) return color;
            return color * Mathf.CorrelatedColorTemperatureToRGB(light.colorTemperature);
        }
    }
}
