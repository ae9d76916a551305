using UnityEngine;
using UnityEngine.Scripting;
using UnityEngine.Rendering.HighDefinition;

namespace MirageLSD
{
    /// <summary>HDRP: a custom pass behind post-processing, in a hidden volume of its own for the one camera.</summary>
    internal sealed class HighDefinitionCapture : CaptureHook
    {
        private GameObject _owner;

        public override void Attach(Camera camera, CaptureTarget target)
        {
            _owner = new GameObject("MirageLSD capture") { hideFlags = HideFlags.HideAndDontSave };
            var volume = _owner.AddComponent<CustomPassVolume>();
            volume.injectionPoint = CustomPassInjectionPoint.AfterPostProcess;
            volume.targetCamera = camera;
            var pass = (HighDefinitionPass)volume.AddPassOfType<HighDefinitionPass>();
            pass.Target = target;
            // Nothing is drawn: the color buffer stays what it is, and is read.
            pass.targetColorBuffer = CustomPass.TargetBuffer.None;
            pass.targetDepthBuffer = CustomPass.TargetBuffer.None;
        }

        public override void Dispose()
        {
            Scrap.Destroy(_owner);
        }

        // Called by its attributes alone; edit mode has no other than the editor's.
        [Preserve]
#if UNITY_EDITOR
        [UnityEditor.InitializeOnLoadMethod]
#endif
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.AfterAssembliesLoaded)]
        private static void Register()
        {
            CaptureHooks.Register("HDRenderPipelineAsset", () => new HighDefinitionCapture());
        }
    }
}
