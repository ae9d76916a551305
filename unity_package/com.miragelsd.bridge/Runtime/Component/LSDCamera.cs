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
            ApplySettings();
            ApplyTheme(0f);
            Engine.StartCapture(GetComponent<Camera>());
        }

        private void OnDisable()
        {
            if (Engine != null) Engine.Dispose();
            Engine = null;
        }

        private void Update()
        {
            ApplySettings();
        }

        // IMGUI draws over every camera in every render pipeline, and is not in what the camera captures.
        private void OnGUI()
        {
            if (!showOnScreen || Engine == null || !Engine.IsConnected || Event.current.type != EventType.Repaint) return;
            var texture = Engine.OutputTexture;
            if (texture == null || Engine.Stats.Returned == 0) return;
            GUI.depth = 100; // under the game's own IMGUI
            GUI.DrawTexture(new Rect(0f, 0f, Screen.width, Screen.height), texture, ScaleMode.StretchToFill, false);
        }

        private void ApplySettings()
        {
            if (Engine == null) return;
            Engine.MaxSteps = Mathf.Clamp(maxSteps, 1, 8);
            Engine.TargetFps = Mathf.Clamp(targetFps, 0f, 1000f);
            Engine.Resolution = resolution;
            Engine.CapturesMotion = motionVectors;
            Engine.ResetsOnCameraCut = resetOnCameraCut;
            Engine.FlipsVertically = flipVertically;
        }
    }
}
