using UnityEngine;

namespace MirageLSD
{
    /// <summary>What the model offers to choose from, as buttons at the screen's edge: one column a control.</summary>
    [AddComponentMenu("MirageLSD/LSD Theme Buttons")]
    [RequireComponent(typeof(LSDCamera))]
    public sealed class LSDThemeButtons : MonoBehaviour
    {
        private const float Left = 10f, Top = 34f, Width = 90f, Height = 26f, Gap = 4f;

        private LSDCamera _camera;

        private void Awake()
        {
            _camera = GetComponent<LSDCamera>();
        }

        private void OnGUI()
        {
            var engine = _camera.Engine;
            if (engine == null) return;
            GUI.Label(new Rect(Left, 8f, 400f, 24f), State(engine));
            var x = Left;
            foreach (var control in engine.Controls)
            {
                if (control.Kind != LSDControlKind.Choice) continue;
                for (var i = 0; i < control.Choices.Length; i++)
                    if (GUI.Button(new Rect(x, Top + (Height + Gap) * i, Width, Height), control.Choices[i])) Choose(control.Name, control.Choices[i]);
                x += Width + Gap;
            }
        }

        private void Choose(string control, string choice)
        {
            if (control == "scene") _camera.Scene = choice;
            else if (control == "lighting") _camera.Lighting = choice;
            else _camera.Engine.SetControl(control, choice, _camera.TransitionSeconds);
        }

        private static string State(LSDStreamEngine engine)
        {
            float fraction;
            var busy = engine.Progress(out fraction);
            if (busy != "") return busy + " " + (100f * fraction).ToString("0") + " %";
            if (!engine.IsConnected) return "no daemon: Window > MirageLSD > Start";
            var stats = engine.Stats;
            return stats.Fps.ToString("0.0") + " fps, " + stats.LatencyMsP50.ToString("0") + " ms";
        }
    }
}
