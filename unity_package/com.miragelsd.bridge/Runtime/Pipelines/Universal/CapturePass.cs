using UnityEngine.Rendering.Universal;

namespace MirageLSD
{
    /// <summary>The pass; how it gets at the textures depends on URP's version and on the render graph.</summary>
    internal sealed partial class CapturePass : ScriptableRenderPass
    {
        public CaptureTarget Target;
        public bool IsWanted;

        public CapturePass()
        {
            renderPassEvent = RenderPassEvent.AfterRenderingPostProcessing;
            PrepareVersion();
        }

        /// <summary>Asks URP for what this stream takes, and for nothing else: each input is a pass of URP's own.</summary>
        public void Configure(bool isGraph)
        {
            var input = ScriptableRenderPassInput.None;
            if (Target.WantsDepth) input |= ScriptableRenderPassInput.Depth;
            if (Target.WantsMotion) input |= ScriptableRenderPassInput.Motion;
            if (Target.WantsNormals) input |= ScriptableRenderPassInput.Normal;
            // Without the render graph this is what makes URP render into a texture and not straight to the screen.
            if (!isGraph) input |= ScriptableRenderPassInput.Color;
            ConfigureInput(input);
        }

        partial void PrepareVersion();
    }
}
