using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Where a render pipeline has this frame's picture, depth and motion vectors, while it records.</summary>
    internal struct CaptureSources
    {
        public RenderTargetIdentifier Color;
        public RenderTargetIdentifier Depth;
        public RenderTargetIdentifier Motion;

        /// <summary>The share of the textures that is in use; HDRP's are as large as the largest camera.</summary>
        public Vector2 Used;

        public bool AreArrays;
        public bool IsMotionEncodedByHdrp;

        /// <summary>The pipeline has none in this frame: the camera's own movement is all that is known.</summary>
        public bool LacksMotion;

        /// <summary>Depth and motion are read under the names that URP gives them, whatever is said above.</summary>
        public bool AreGlobalNames;
    }
}
