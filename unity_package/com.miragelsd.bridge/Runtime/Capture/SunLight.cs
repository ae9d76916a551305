using UnityEngine;

namespace MirageLSD
{
    /// <summary>The scene's sun in the protocol's conventions.</summary>
    internal static class SunLight
    {
        /// <summary>False: the scene has none (Lighting window, Sun Source), and the model's own is used.</summary>
        public static unsafe bool TryGet(out NativeSun sun)
        {
            sun = new NativeSun();
            var light = RenderSettings.sun;
            if (light == null || !light.isActiveAndEnabled) return false;
            // A light shines along its forward axis; the protocol's vector points towards the sun.
            var direction = CameraConventions.ToProtocol(-light.transform.forward);
            var color = light.color.linear * light.intensity;
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
    }
}
