using System;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>The planes of the camera's frame of now, as large as the picture that is drawn with them.</summary>
    internal sealed class PicturePlanes : IDisposable
    {
        private readonly bool _hasNormals, _hasIds;
        private readonly MotionHistory _still = new MotionHistory();
        private FrameConverter _converter;
        private IdentityPlane _identities;

        public PicturePlanes(bool hasNormals, bool hasIds)
        {
            _hasNormals = hasNormals;
            _hasIds = hasIds;
        }

        /// <summary>The camera's pictures have their top in row 0, see FrameConverter.</summary>
        public bool IsFlipped;

        public Vector2Int Size { get; private set; }
        public RenderTexture Color => _converter.Color;
        public RenderTexture Depth => _converter.Depth;

        /// <summary>Those that the stream has not are depth, which nobody looks at then.</summary>
        public RenderTexture Normals => _hasNormals ? _converter.Normals : _converter.Depth;

        public RenderTexture Ids => _hasIds ? _converter.Ids : _converter.Depth;

        /// <param name="target">The picture; another size of it makes them anew.</param>
        /// <param name="takesSinglePixels">The target is as large as the camera's picture.</param>
        public void Record(
            CommandBuffer commands, CaptureSources sources, CameraPose pose, SlotTable slots, RenderTexture target, bool takesSinglePixels)
        {
            Prepare(new Vector2Int(target.width, target.height));
            _converter.IsFlipped = IsFlipped;
            _converter.TakesSinglePixels = takesSinglePixels;
            _converter.SetCamera(pose, _still, sources);
            _converter.Record(commands, sources);
            if (_hasIds) _identities.Record(commands, _converter, slots, pose);
        }

        public void Dispose()
        {
            _converter?.Dispose();
            _identities?.Dispose();
        }

        private void Prepare(Vector2Int size)
        {
            if (_converter != null && size.x == Size.x && size.y == Size.y) return;
            _converter?.Dispose();
            Size = size;
            _converter = new FrameConverter(new StreamFormat { Width = size.x, Height = size.y, HasDepth = true, HasNormals = _hasNormals, HasIds = _hasIds });
            if (_hasIds && _identities == null) _identities = new IdentityPlane();
        }
    }
}
