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

        /// <summary>What depth and motion use of their textures, in texels, where that is another part than the color's: with
        /// dynamic resolution they stay at the size they were rendered in. Zero: as Used says.</summary>
        public Vector2 UsedTexels;

        public bool AreArrays;
        public bool IsMotionEncodedByHdrp;

        /// <summary>The pipeline has none in this frame: the camera's own movement is all that is known.</summary>
        public bool LacksMotion;

        /// <summary>The pipeline has no depth in this frame: everything counts as sky.</summary>
        public bool LacksDepth;

        /// <summary>What depth was rendered with, where the pipeline keeps the jitter of temporal anti-aliasing to itself: Unity's
        /// camera has none of it then.</summary>
        public Matrix4x4? Projection;

        /// <summary>Depth, or motion, is read under the name that the pipeline gives it, whatever is said above.</summary>
        public bool IsDepthGlobal, IsMotionGlobal;
    }
}
