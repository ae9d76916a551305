using UnityEngine;

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
        [SerializeField] private string scene = "forest";
        [SerializeField] private string lighting = "day";
        [Tooltip("Free text; words that name scenes and lightings choose them, in place of the two above.")]
        [SerializeField] private string prompt = "";
        [Tooltip("Seconds from one theme to the next.")]
        [SerializeField] private float transitionSeconds = 2f;

        [Header("Picture")]
        [Tooltip("Captured frames per second at most; 0: as many as come back.")]
        [SerializeField] private float targetFps = 24f;
        [Tooltip("Size of the frames that are sent; 0 x 0: 360 rows in the camera's aspect ratio.")]
        [SerializeField] private Vector2Int resolution;
        [Tooltip("Draw the result over the screen.")]
        [SerializeField] private bool showOnScreen = true;
        [Tooltip("Also write the result here: a RenderTexture, or a writable Texture2D.")]
        [SerializeField] private Texture targetTexture;

        [Header("Capture")]
        [Tooltip("Read frames back asynchronously. Off: wait for the GPU, for devices that can't do otherwise.")]
        [SerializeField] private bool useGPU = true;
        [SerializeField] private bool motionVectors = true;
        [Tooltip("Forget what was painted when the camera jumps.")]
        [SerializeField] private bool resetOnCameraCut = true;
        [Tooltip("Should the picture be upside down on your graphics device.")]
        [SerializeField] private bool flipVertically;

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

        public string Scene
        {
            get { return scene; }
            set
            {
                scene = value;
                if (Engine != null) Engine.SetScene(value, transitionSeconds);
            }
        }

        public string Lighting
        {
            get { return lighting; }
            set
            {
                lighting = value;
                if (Engine != null) Engine.SetLighting(value, transitionSeconds);
            }
        }

        public string Prompt
        {
            get { return prompt; }
            set
            {
                prompt = value;
                if (Engine != null && !string.IsNullOrEmpty(value)) Engine.SetPrompt(value, transitionSeconds);
            }
        }

        /// <summary>Everything as the inspector has it, over so many seconds.</summary>
        public void ApplyTheme(float seconds)
        {
            if (Engine == null) return;
            if (seed > 0) Engine.Seed = seed;
            if (!string.IsNullOrEmpty(prompt))
            {
                // The prompt chooses scene and lighting by itself; said together, those two would win.
                Engine.SetPrompt(prompt, seconds);
                return;
            }
            if (!string.IsNullOrEmpty(scene)) Engine.SetScene(scene, seconds);
            if (!string.IsNullOrEmpty(lighting)) Engine.SetLighting(lighting, seconds);
        }
    }
}
