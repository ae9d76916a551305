using UnityEngine;

namespace MirageLSD.Samples
{
    /// <summary>Builds a grey level of boxes with a camera to walk through it; the model makes a world of it.</summary>
    public sealed class GreyBoxLevel : MonoBehaviour
    {
        [SerializeField] private int seed = 7;
        [SerializeField] private int boxes = 40;
        [SerializeField] private float size = 60f;

        private void Start()
        {
            Box(new Vector3(0f, -0.5f, 0f), new Vector3(size, 1f, size));
            var random = new System.Random(seed);
            for (var i = 0; i < boxes; i++)
            {
                var height = 1f + 6f * (float)random.NextDouble();
                var place = new Vector3(Across(random), height / 2f, Across(random));
                if (place.magnitude < 6f) continue; // room to stand
                Box(place, new Vector3(1f + 3f * (float)random.NextDouble(), height, 1f + 3f * (float)random.NextDouble()));
            }
            Sun();
            Walker();
        }

        private float Across(System.Random random)
        {
            return ((float)random.NextDouble() - 0.5f) * size * 0.9f;
        }

        private void Box(Vector3 place, Vector3 extent)
        {
            var box = GameObject.CreatePrimitive(PrimitiveType.Cube);
            box.transform.SetParent(transform);
            box.transform.position = place;
            box.transform.localScale = extent;
        }

        private void Sun()
        {
            if (RenderSettings.sun != null) return;
            var sun = new GameObject("Sun").AddComponent<Light>();
            sun.type = LightType.Directional;
            sun.transform.rotation = Quaternion.Euler(40f, 30f, 0f);
            RenderSettings.sun = sun;
        }

        private void Walker()
        {
            var camera = Camera.main;
            if (camera == null) camera = new GameObject("Camera") { tag = "MainCamera" }.AddComponent<Camera>();
            camera.transform.position = new Vector3(0f, 1.7f, -4f);
            var owner = camera.gameObject;
            if (owner.GetComponent<WalkingCamera>() == null) owner.AddComponent<WalkingCamera>();
            if (owner.GetComponent<LSDCamera>() == null) owner.AddComponent<LSDCamera>();
            if (owner.GetComponent<ThemeButtons>() == null) owner.AddComponent<ThemeButtons>();
        }
    }
}
