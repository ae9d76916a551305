using System.Collections.Generic;
using StandIn;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>Brings the stand-in back to an empty project.</summary>
    internal static class Stage
    {
        public static void Clear()
        {
            Readbacks.Fails = false;
            Readbacks.FinishAll();
            Readbacks.Delay = 2;
            foreach (var thing in new List<Object>(Game.Objects)) Game.DestroyNow(thing);
            CameraPictures.Forget();
            Game.Objects.Clear();
            Game.Doomed.Clear();
            Game.Lasting.Clear();
            Game.Resources.Clear();
            Game.Console.Clear();
            Game.IsPlaying = false;
            RenderSettings.sun = null;
            GraphicsSettings.currentRenderPipeline = null;
            Gpu.GlobalNames.Clear();
            Gpu.GlobalKeywords.Clear();
            QualitySettings.activeColorSpace = ColorSpace.Gamma;
            SystemInfo.supportsAsyncGPUReadback = true;
            SystemInfo.supportsMotionVectors = true;
            SystemInfo.usesReversedZBuffer = true;
            SystemInfo.Unreadable = null;
            SystemInfo.graphicsShaderLevel = 50;
            SystemInfo.maxConstantBufferSize = 65536;
            SystemInfo.copyTextureSupport = UnityEngine.Rendering.CopyTextureSupport.Basic;
            GraphicsSettings.PipelineSettings.Clear();
            GraphicsSettings.lightsUseLinearIntensity = GraphicsSettings.lightsUseColorTemperature = false;
            RenderTexture.active = null;
            SunLight.Forget();
            LSDSettings.Secrets = () => new[] { "", "" };
            LSDIdentity.All.Clear();
        }
    }
}
