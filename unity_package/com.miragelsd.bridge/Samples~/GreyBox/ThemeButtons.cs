using UnityEngine;

namespace MirageLSD.Samples
{
    /// <summary>Scenes and lightings as buttons at the screen's edge.</summary>
    [RequireComponent(typeof(LSDCamera))]
    public sealed class ThemeButtons : MonoBehaviour
    {
        private static readonly string[] Scenes = { "forest", "city", "scifi", "desert", "snow", "village", "underwater", "volcanic" };
        private static readonly string[] Lightings = { "day", "overcast", "sunset", "night", "neon", "fog" };

        private LSDCamera _camera;

        private void Awake()
        {
            _camera = GetComponent<LSDCamera>();
        }

        private void OnGUI()
        {
            for (var i = 0; i < Scenes.Length; i++)
            {
                if (GUI.Button(new Rect(10f, 10f + 30f * i, 90f, 26f), Scenes[i])) _camera.Scene = Scenes[i];
            }
            for (var i = 0; i < Lightings.Length; i++)
            {
                if (GUI.Button(new Rect(105f, 10f + 30f * i, 90f, 26f), Lightings[i])) _camera.Lighting = Lightings[i];
            }
            var engine = _camera.Engine;
            var isThere = engine != null && engine.IsConnected;
            GUI.Label(new Rect(10f, 254f, 300f, 24f), isThere ? engine.Stats.Fps.ToString("0.0") + " fps, " + engine.Stats.LatencyMsP50.ToString("0") + " ms" : "no daemon");
        }
    }
}
