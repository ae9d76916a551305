using UnityEngine;
using UnityEngine.Rendering;
using UnityEngine.Scripting;

namespace MirageLSD
{
    /// <summary>Blends the volumes where an LSD Camera is, in a stack of its own: the pipeline's is that of the camera it drew last.</summary>
    internal static class VolumeReader
    {
        private static VolumeStack _stack;

        // Called by its attribute alone.
        [Preserve]
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.AfterAssembliesLoaded)]
        internal static void Register()
        {
            // Statics outlive a play session where domain reload is off; the pipeline's volume manager may not.
            _stack = null;
            LSDCamera.VolumeLooks = Read;
        }

        private static LSDVolumeLook Read(Camera camera, LayerMask layers)
        {
            var look = new LSDVolumeLook();
            // Only a scriptable pipeline has volumes.
            if (GraphicsSettings.currentRenderPipeline == null) return look;
#if MIRAGELSD_VOLUMES_17
            if (!VolumeManager.instance.isInitialized) return look;
            if (_stack != null && !_stack.isValid) _stack = null;
#endif
            if (_stack == null) _stack = VolumeManager.instance.CreateStack();
            VolumeManager.instance.Update(_stack, camera.transform, layers);
            var volume = _stack.GetComponent<LSDVolume>();
            if (volume == null || !volume.active) return look;
            if (volume.strength.overrideState) look.Strength = volume.strength.value;
            if (volume.theme.overrideState) look.Theme = volume.theme.value;
            if (volume.scene.overrideState) look.Scene = volume.scene.value;
            if (volume.lighting.overrideState) look.Lighting = volume.lighting.value;
            return look;
        }
    }
}
