using UnityEngine;

namespace MirageLSD.Samples
{
    /// <summary>The first camera of this machine, re-rendered, on this object's material.</summary>
    [RequireComponent(typeof(Renderer))]
    public sealed class WebcamStream : MonoBehaviour
    {
        [SerializeField] private string scene = "scifi";

        private WebCamTexture _webcam;
        private RenderTexture _output;
        private LSDStreamEngine _engine;

        private void OnEnable()
        {
            _webcam = new WebCamTexture(640, 360);
            _webcam.Play();
            _output = new RenderTexture(640, 360, 0);
            GetComponent<Renderer>().material.mainTexture = _output;
            _engine = new LSDStreamEngine("mirage-lsd-v1") { Resolution = new Vector2Int(640, 360) };
            _engine.BindTexture(_output);
            _engine.SetScene(scene);
            _engine.StartCapture(_webcam);
        }

        private void OnDisable()
        {
            if (_engine != null) _engine.Dispose();
            _webcam.Stop();
            Destroy(_webcam);
            Destroy(_output);
        }
    }
}
