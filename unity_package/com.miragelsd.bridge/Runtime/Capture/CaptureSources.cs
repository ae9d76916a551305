using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>Where a render pipeline has this frame's picture, depth, motion vectors and normals, while it records.</summary>
    internal struct CaptureSources
    {
        public RenderTargetIdentifier Color;
        public RenderTargetIdentifier Depth;
        public RenderTargetIdentifier Motion;
        public RenderTargetIdentifier Normals;
        public NormalEncoding NormalEncoding;

        /// <summary>The share of the textures that is in use; HDRP's are as large as the largest camera.</summary>
        public Vector2 Used;

        /// <summary>What depth, motion and normals use of their textures, in texels, where that is another part than the color's: with
        /// dynamic resolution they stay at the size they were rendered in. Zero: as Used says.</summary>
        public Vector2 UsedTexels;

        public bool AreArrays;
        public bool IsMotionEncodedByHdrp;

        /// <summary>The pipeline has none in this frame: the camera's own movement is all that is known.</summary>
        public bool LacksMotion;

        /// <summary>The pipeline has no depth in this frame: everything counts as sky.</summary>
        public bool LacksDepth;

        /// <summary>The pipeline has none in this frame: they are taken from depth.</summary>
        public bool LacksNormals;

        /// <summary>What depth was rendered with, where the pipeline keeps the jitter of temporal anti-aliasing to itself: Unity's
        /// camera has none of it then.</summary>
        public Matrix4x4? Projection;

        /// <summary>Depth, motion or normals are read under the name that the pipeline gives them, whatever is said above.</summary>
        public bool IsDepthGlobal, IsMotionGlobal, AreNormalsGlobal;

        /// <summary>All three, under the built-in pipeline's names.</summary>
        public bool IsBuiltin;
    }
}
