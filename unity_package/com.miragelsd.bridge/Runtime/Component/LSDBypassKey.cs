using UnityEngine;

namespace MirageLSD
{
    /// <summary>One key shows the engine's own picture, and the painted one again.</summary>
    /// <remarks>It reads IMGUI's events, which both of Unity's input systems deliver.</remarks>
    [AddComponentMenu("MirageLSD/LSD Bypass Key")]
    [RequireComponent(typeof(LSDCamera))]
    public sealed class LSDBypassKey : MonoBehaviour
    {
        [SerializeField] private KeyCode key = KeyCode.B;

        private LSDCamera _camera;

        private void Awake()
        {
            _camera = GetComponent<LSDCamera>();
            useGUILayout = false; // it draws nothing
        }

        private void OnGUI()
        {
            var now = Event.current;
            if (now.type == EventType.KeyDown && now.keyCode == key) _camera.Bypass = !_camera.Bypass;
        }
    }
}
