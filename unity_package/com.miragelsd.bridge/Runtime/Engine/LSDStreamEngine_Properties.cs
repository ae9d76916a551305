using System;
using UnityEngine;

namespace MirageLSD
{
    public sealed partial class LSDStreamEngine
    {
        private int _maxSteps = 3;
        private float _targetFps = 24f;
        private Vector2Int _resolution;

        /// <summary>False on phones, consoles and the web, where an engine can't be made; code that mentions it compiles there.</summary>
        public static bool IsSupported
        {
            get
            {
#if UNITY_EDITOR || UNITY_STANDALONE
                return true;
#else
                return false;
#endif
            }
        }

        public string Model { get; }

        public bool IsConnected => !_isDisposed && _link.IsConnected;
        public bool IsCapturing { get; private set; }

        /// <summary>The bound texture, or one of the engine's own when none was bound; null before the first frame then.</summary>
        public Texture OutputTexture => _output?.Texture;

        /// <summary>Sampling steps a frame, 1 to 8: fewer are faster.</summary>
        public int MaxSteps
        {
            get { return _maxSteps; }
            set
            {
                if (value < 1 || value > 8) throw new ArgumentOutOfRangeException(nameof(MaxSteps), "MirageLSD: 1 to 8 steps.");
                _maxSteps = value;
            }
        }

        /// <summary>Frames captured per second at most; 0: as many as come back.</summary>
        public float TargetFps
        {
            get { return _targetFps; }
            set
            {
                if (!(value >= 0f && value <= 1000f))
                    throw new ArgumentOutOfRangeException(nameof(TargetFps), "MirageLSD: 0 to 1000 frames a second.");
                _targetFps = value;
            }
        }

        /// <summary>Size of the frames that are sent; zero: 360 rows in the source's aspect ratio.</summary>
        public Vector2Int Resolution
        {
            get { return _resolution; }
            set
            {
                var isAuto = value.x == 0 && value.y == 0;
                if (!isAuto && (value.x < 16 || value.y < 16 || value.x > 4096 || value.y > 4096))
                    throw new ArgumentOutOfRangeException(nameof(Resolution), "MirageLSD: 16 to 4096 pixels a side, or zero.");
                _resolution = value;
            }
        }

        /// <summary>Depth goes with the color, so that the world stays in place when the camera moves.</summary>
        public bool CapturesDepth { get; set; } = true;

        /// <summary>Motion vectors go with the color, so that moving things stay themselves.</summary>
        public bool CapturesMotion { get; set; } = true;

        /// <summary>The camera's normals go with depth, so that rounded and bumpy surfaces are painted as such. Where the pipeline has no
        /// buffer of them it draws the scene once more for it (forward rendering in URP and the built-in pipeline).</summary>
        public bool CapturesNormals { get; set; }

        /// <summary>Should a graphics device hand over its pictures upside down after all.</summary>
        public bool FlipsVertically { get; set; }

        /// <summary>Forget the history by itself when the camera jumps.</summary>
        public bool ResetsOnCameraCut { get; set; } = true;

        /// <summary>Numbers of things (LSD Identity, Rules) go with the color; nothing is drawn while the scene has none.</summary>
        public bool CapturesIdentities { get; set; } = true;

        /// <summary>What things are that have no LSD Identity, by layer, tag or material name.</summary>
        public LSDRule[] Rules { get; set; }

        /// <summary>The result has the alpha of the camera's picture; else it is opaque. Another value opens the stream again.</summary>
        public bool KeepsAlpha { get; set; }

        /// <summary>Draw the result over the captured camera's picture, under the game's own interface.</summary>
        public bool ShowsOnScreen { get; set; }

        /// <summary>The daemon's pictures that are shown on the screen are carried to each frame's camera and depth: the world does not lag
        /// behind the camera. Where the engine paints by itself nothing lags.</summary>
        public bool LateReprojection { get; set; } = true;

        /// <summary>The share of the screen's width, from the left, that shows the engine's own picture: 0 to 1.</summary>
        public float BeforeAfter { get; set; }

        /// <summary>When the daemon is lost the texture keeps the last picture; else it says that there is none.</summary>
        public bool KeepsLastPicture { get; set; }

        /// <summary>For recordings: the game waits for the result of each frame. Set Time.captureFramerate for its clock.</summary>
        public bool WaitsForEachFrame { get; set; }

        /// <summary>What the daemon is busy with before pictures come ("" for nothing), and how far it is, 0 to 1.</summary>
        public string Progress(out float fraction)
        {
            fraction = 0f;
            return _isDisposed ? "" : _link.Progress(out fraction);
        }

        public LSDStats Stats =>
            _isDisposed || _link.Stream == null ? new LSDStats() : LSDStats.From(_link.Stream.Stats, _skipped + (_capture?.Skipped ?? 0));
    }
}
