using UnityEngine;

namespace MirageLSD
{
    /// <summary>Put it on a camera and press Play: the camera's picture comes back as the chosen world.</summary>
    [AddComponentMenu("MirageLSD/LSD Camera")]
    [RequireComponent(typeof(Camera))]
    [DisallowMultipleComponent]
    public sealed partial class LSDCamera : MonoBehaviour
    {
        /// <summary>The running engine; null while the component is off.</summary>
        public LSDStreamEngine Engine { get; private set; }

        private void OnEnable()
        {
            try
            {
                Engine = new LSDStreamEngine(model, useGPU);
                _boundTexture = targetTexture;
                if (targetTexture != null) Engine.BindTexture(targetTexture);
            }
            catch (System.Exception problem)
            {
                // Said once, because the component switches itself off.
                Debug.LogError(problem.Message);
                OnDisable();
                enabled = false;
                return;
            }
            Engine.Connected += () => onConnected.Invoke();
            Engine.Disconnected += reason => onLost.Invoke(reason);
            Engine.Error += sentence => onNotice.Invoke(sentence);
            Engine.FrameReady += OnFrame;
            _hasFrame = false;
            _sentSeed = 0;
            _sentStrength = 1f;
            ApplySettings();
            if (!ReferenceEquals(theme, _sentTheme)) Apply(theme);
            ApplyTheme(0f);
            Engine.StartCapture(GetComponent<Camera>());
        }

        private void OnFrame(LSDFrame frame)
        {
            if (_hasFrame) return;
            _hasFrame = true;
            onFirstResult.Invoke();
        }

        private void OnDisable()
        {
            if (Engine != null) Engine.Dispose();
            Engine = null;
        }

        private void Update()
        {
            ApplySettings();
            ApplyTexture();
            ApplyAnimated();
        }

        // The inspector and files can hold anything; the engine takes sizes that there are.
        private void OnValidate()
        {
            resolution = Clamped(resolution);
            targetFps = Mathf.Clamp(targetFps, 0f, 1000f);
            transitionSeconds = Mathf.Clamp(transitionSeconds, 0f, LSDStreamEngine.MaxTransitionSeconds);
            seed = Mathf.Max(seed, 0);
        }

        /// <summary>0 x 0, or 16 to 4096 a side.</summary>
        internal static Vector2Int Clamped(Vector2Int size)
        {
            if (size.x <= 0 && size.y <= 0) return Vector2Int.zero;
            return new Vector2Int(Mathf.Clamp(size.x, 16, 4096), Mathf.Clamp(size.y, 16, 4096));
        }

        private void ApplySettings()
        {
            if (Engine == null) return;
            Engine.MaxSteps = Mathf.Clamp(maxSteps, 1, 8);
            Engine.TargetFps = Mathf.Clamp(targetFps, 0f, 1000f);
            Engine.Resolution = Clamped(resolution);
            Engine.Shading = shading;
            Engine.CapturesMotion = motionVectors;
            Engine.CapturesNormals = normals;
            Engine.ResetsOnCameraCut = resetOnCameraCut;
            Engine.FlipsVertically = flipVertically;
            Engine.ShowsOnScreen = showOnScreen;
            Engine.LateReprojection = lateReprojection;
            Engine.BeforeAfter = beforeAfter;
            Engine.Rules = rules;
            Engine.KeepsAlpha = engineAlpha;
            Engine.WaitsForEachFrame = recorderMode;
        }

        // Another texture in the inspector counts at once; one that can't be written is said once, and the last one stays.
        private void ApplyTexture()
        {
            if (Engine == null || ReferenceEquals(targetTexture, _boundTexture)) return;
            _boundTexture = targetTexture;
            if (targetTexture != null) Engine.BindTexture(targetTexture);
        }

        // Timeline and the Animator write fields, not properties: what changed is sent, at most once a frame.
        private void ApplyAnimated()
        {
            if (Engine == null) return;
            if (!ReferenceEquals(theme, _sentTheme)) Apply(theme);
            if (bypass != Engine.Bypass) Engine.Bypass = bypass;
            var look = Look(transitionSeconds);
            if (look.Strength != _sentStrength) Engine.SetStrength(_sentStrength = look.Strength);
            if (look.Scene != _sentScene || look.Lighting != _sentLighting || look.Prompt != _sentPrompt || seed != _sentSeed) Send(look);
        }
    }
}
