using UnityEngine.Rendering.Universal;

namespace MirageLSD
{
    /// <summary>The pass; how it gets at the textures depends on URP's version.</summary>
    internal sealed partial class CapturePass : ScriptableRenderPass
    {
        public CaptureTarget Target;
        public bool IsWanted;

        public CapturePass()
        {
            renderPassEvent = RenderPassEvent.AfterRenderingPostProcessing;
            // Color, so that URP renders into a texture and not straight to the screen.
            ConfigureInput(ScriptableRenderPassInput.Color | ScriptableRenderPassInput.Depth | ScriptableRenderPassInput.Motion);
            PrepareVersion();
        }

        partial void PrepareVersion();
    }
}
