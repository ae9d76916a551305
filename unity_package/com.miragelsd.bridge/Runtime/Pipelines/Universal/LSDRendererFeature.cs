using UnityEngine.Rendering.Universal;

namespace MirageLSD
{
    /// <summary>Not needed, but says when: a frame is taken, and the result drawn, at this feature's place in its renderer's list.
    /// Without it that is before all features behind post-processing.</summary>
    public sealed class LSDRendererFeature : ScriptableRendererFeature
    {
        public override void Create()
        {
        }

        // Once for each camera of the renderer; those without an LSD Camera or an engine are passed over.
        public override void AddRenderPasses(ScriptableRenderer renderer, ref RenderingData renderingData)
        {
            if (UniversalCapture.Current != null) UniversalCapture.Current.AddByFeature(renderer);
        }
    }
}
