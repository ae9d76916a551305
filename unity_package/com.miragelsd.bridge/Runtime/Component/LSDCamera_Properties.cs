using UnityEngine;
using UnityEngine.Events;

namespace MirageLSD
{
    public sealed partial class LSDCamera
    {
        [Header("Model")]
        [Tooltip("A model that the daemon serves.")]
        [SerializeField] private string model = "mirage-lsd-v1";
        [Range(1, 8)]
        [Tooltip("Sampling steps a frame: fewer are faster.")]
        [SerializeField] private int maxSteps = 3;
        [Tooltip("Another seed is another world of the same theme.")]
        [SerializeField] private int seed;

        [Header("Theme")]
        [Tooltip("A look as an asset (Assets > Create > MirageLSD > Theme); it fills the fields below, over its own seconds.")]
        [SerializeField] private LSDTheme theme;
        [SerializeField] private string scene = "forest";
        [SerializeField] private string lighting = "day";
        [Tooltip("Free text; words that name scenes and lightings choose them, in place of the two above.")]
        [SerializeField] private string prompt = "";
        [Tooltip("Seconds from one theme to the next.")]
        [SerializeField] private float transitionSeconds = 2f;
        [Tooltip("URP and HDRP: LSD Volumes of these layers beat the fields above.")]
        [SerializeField] private LayerMask volumeLayers = 1;

        [Header("How much")]
        [Range(0f, 1f)]
        [Tooltip("How much of the painted picture is seen.")]
        [SerializeField] private float strength = 1f;
        [Tooltip("The engine's own picture, at once.")]
        [SerializeField] private bool bypass;
        [Range(0f, 1f)]
        [Tooltip("The share of the screen, from the left, that stays the engine's own picture.")]
        [SerializeField] private float beforeAfter;
        [Tooltip("What things are that have no LSD Identity, by layer, tag or material name.")]
        [SerializeField] private LSDRule[] rules = new LSDRule[0];

        [Header("Picture")]
        [Tooltip("Who paints: the engine each of its frames by itself, without a lag, or the daemon. Automatic: the engine where it can.")]
        [SerializeField] private LSDShading shading = LSDShading.Automatic;
        [Tooltip("Captured frames per second at most; 0: as many as come back.")]
        [SerializeField] private float targetFps = 24f;
        [Tooltip("Size of the frames that are sent; 0 x 0: 360 rows in the camera's aspect ratio. Not while the engine paints: then they are small.")]
        [SerializeField] private Vector2Int resolution;
        [Tooltip("Draw the result over the screen.")]
        [SerializeField] private bool showOnScreen = true;
        [Tooltip("The daemon's pictures on the screen are carried to each frame's camera and depth, so that the world does not lag behind.")]
        [SerializeField] private bool lateReprojection = true;
        [Tooltip("Also write the result here: a RenderTexture, or a writable Texture2D.")]
        [SerializeField] private Texture targetTexture;

        [Tooltip("The result has the alpha of the camera's picture.")]
        [SerializeField] private bool engineAlpha;
        [Tooltip("Wait for the result of each frame: for recordings, not for playing.")]
        [SerializeField] private bool recorderMode;

        [Header("Events")]
        [SerializeField] private UnityEvent onConnected = new UnityEvent();
        [SerializeField] private UnityEvent<string> onLost = new UnityEvent<string>();
        [SerializeField] private UnityEvent onFirstResult = new UnityEvent();
        [SerializeField] private UnityEvent<string> onNotice = new UnityEvent<string>();

        [Header("Capture")]
        [Tooltip("Read frames back asynchronously. Off: wait for the GPU, for devices that can't do otherwise.")]
        [SerializeField] private bool useGPU = true;
        [SerializeField] private bool motionVectors = true;
        [Tooltip("Send the camera's normals as well. HDRP and deferred rendering have them; forward rendering draws the scene once more for them. " +
                 "Rounded things get rounder; strong normal maps dissolve bricks.")]
        [SerializeField] private bool normals;
        [Tooltip("Forget what was painted when the camera jumps.")]
        [SerializeField] private bool resetOnCameraCut = true;
        [Tooltip("Should the picture be upside down on your graphics device.")]
        [SerializeField] private bool flipVertically;

        private Texture _boundTexture;
        private LSDTheme _sentTheme;
        private string _sentScene, _sentLighting, _sentPrompt;
        private int _sentSeed;
        private float _sentStrength = 1f;
        private bool _hasFrame;

        public UnityEvent OnConnected => onConnected;
        public UnityEvent<string> OnLost => onLost;
        public UnityEvent OnFirstResult => onFirstResult;
        public UnityEvent<string> OnNotice => onNotice;

        /// <summary>Seconds from one theme to the next.</summary>
        public float TransitionSeconds
        {
            get { return transitionSeconds; }
            set { transitionSeconds = Mathf.Clamp(value, 0f, LSDStreamEngine.MaxTransitionSeconds); }
        }

        public float Strength
        {
            get { return strength; }
            set { strength = Mathf.Clamp01(value); }
        }

        public bool Bypass
        {
            get { return bypass; }
            set { bypass = value; }
        }

        public float BeforeAfter
        {
            get { return beforeAfter; }
            set { beforeAfter = Mathf.Clamp01(value); }
        }

        /// <summary>The daemon's pictures on the screen are carried to each frame of the camera.</summary>
        public bool LateReprojection
        {
            get { return lateReprojection; }
            set { lateReprojection = value; }
        }

        /// <summary>Where the result is written besides; another one counts from the next frame on.</summary>
        public Texture TargetTexture
        {
            get { return targetTexture; }
            set { targetTexture = value; }
        }

        /// <summary>Who paints the picture.</summary>
        public LSDShading Shading
        {
            get { return shading; }
            set { shading = value; }
        }

        /// <summary>Another model is another engine: the stream begins anew.</summary>
        public string Model
        {
            get { return model; }
            set
            {
                model = value;
                if (Engine == null) return;
                OnDisable();
                OnEnable();
            }
        }
    }
}
