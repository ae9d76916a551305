using System.Collections.Generic;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>WASD walks, a drag with the mouse looks around.</summary>
    /// <remarks>It reads IMGUI's events, which both of Unity's input systems deliver.</remarks>
    [AddComponentMenu("MirageLSD/LSD Walking Camera")]
    public sealed class LSDWalkingCamera : MonoBehaviour
    {
        [SerializeField] private float metresPerSecond = 3f;
        [SerializeField] private float degreesPerPixel = 0.2f;

        private readonly HashSet<KeyCode> _held = new HashSet<KeyCode>();
        private float _yaw, _pitch;

        private void Update()
        {
            var rotation = Quaternion.Euler(0f, _yaw, 0f);
            var step = new Vector3(Axis(KeyCode.A, KeyCode.D), 0f, Axis(KeyCode.S, KeyCode.W));
            transform.position += rotation * step * (metresPerSecond * Time.deltaTime);
            transform.rotation = Quaternion.Euler(_pitch, _yaw, 0f);
        }

        private void OnGUI()
        {
            var now = Event.current;
            if (now.type == EventType.KeyDown) _held.Add(now.keyCode);
            if (now.type == EventType.KeyUp) _held.Remove(now.keyCode);
            if (now.type != EventType.MouseDrag) return;
            _yaw += now.delta.x * degreesPerPixel;
            _pitch = Mathf.Clamp(_pitch + now.delta.y * degreesPerPixel, -60f, 60f);
        }

        private float Axis(KeyCode less, KeyCode more)
        {
            return (_held.Contains(more) ? 1f : 0f) - (_held.Contains(less) ? 1f : 0f);
        }
    }
}
