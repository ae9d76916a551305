using UnityEngine;

namespace MirageLSD.Samples
{
    /// <summary>A second camera's view of the same scene, re-rendered, on the screen of a television in it.</summary>
    [RequireComponent(typeof(Renderer))]
    public sealed class TelevisionScreen : MonoBehaviour
    {
        [Tooltip("The camera in the studio, so to speak; not the one that shows the television.")]
        [SerializeField] private Camera studio;
        [SerializeField] private string scene = "desert";
        [SerializeField] private string lighting = "sunset";

        private RenderTexture _picture, _output;
        private LSDStreamEngine _engine;

        private void OnEnable()
        {
            _picture = new RenderTexture(640, 360, 24);
            _output = new RenderTexture(640, 360, 0);
            if (studio == null) studio = new GameObject("Studio camera").AddComponent<Camera>();
            studio.targetTexture = _picture; // not on the player's screen
            GetComponent<Renderer>().material.mainTexture = _output;
            _engine = new LSDStreamEngine("mirage-lsd-v1");
            _engine.BindTexture(_output);
            _engine.SetScene(scene);
            _engine.SetLighting(lighting);
            _engine.StartCapture(studio);
        }

        private void OnDisable()
        {
            if (_engine != null) _engine.Dispose();
            if (studio != null) studio.targetTexture = null;
            Destroy(_picture);
            Destroy(_output);
        }
    }
}
