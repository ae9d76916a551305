using System;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Draws the result over the camera's picture, within the pipeline: what the game draws afterwards (HUD, menus) stays on top.</summary>
    internal sealed class ScreenPresenter : IDisposable
    {
        private const int Pass = 3;

        private static readonly int Result = Shader.PropertyToID("_LSDResult");
        private static readonly int Screen = Shader.PropertyToID("_LSDScreen");

        private readonly Material _material = FrameConverter.MakeMaterial();

        /// <param name="split">The share of the width, from the left, that stays the engine's own picture.</param>
        public void Record(CommandBuffer commands, Texture result, float split)
        {
            _material.SetTexture(Result, result);
            _material.SetVector(Screen, new Vector4(split, SystemInfo.graphicsUVStartsAtTop ? 1f : 0f, 0f, 0f));
            commands.DrawProcedural(Matrix4x4.identity, _material, Pass, MeshTopology.Triangles, 3);
        }

        public void Dispose()
        {
            Scrap.Destroy(_material);
        }
    }
}
