using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>GameObject > MirageLSD > Grey-box level: boxes to walk through, made the way a user would make them in this project.</summary>
    /// <remarks>Not a scene file: what Unity makes here has the materials, the camera and the light of the project's own render pipeline.</remarks>
    internal static class GreyBoxMenu
    {
        public const string Item = "GameObject/MirageLSD/Grey-box level";

        private const string LightItem = "GameObject/Light/Directional Light";
        private const int Seed = 7, Boxes = 40;
        private const float Size = 60f, FreeMetres = 6f;

        [MenuItem(Item, false, 10)]
        public static void Build()
        {
            var level = new GameObject("Grey-box level");
            Undo.RegisterCreatedObjectUndo(level, "Grey-box level");
            Box(level.transform, new Vector3(0f, -0.5f, 0f), new Vector3(Size, 1f, Size));
            var random = new System.Random(Seed);
            for (var i = 0; i < Boxes; i++)
            {
                var height = 1f + 6f * (float)random.NextDouble();
                var place = new Vector3(Across(random), height / 2f, Across(random));
                var extent = new Vector3(1f + 3f * (float)random.NextDouble(), height, 1f + 3f * (float)random.NextDouble());
                if (place.magnitude > FreeMetres) Box(level.transform, place, extent); // else there is no room to stand
            }
            // By the editor's own menu: every pipeline gives a light of its own units.
            if (!HasSun) EditorApplication.ExecuteMenuItem(LightItem);
            Walker();
            Selection.activeGameObject = level;
        }

        private static float Across(System.Random random)
        {
            return ((float)random.NextDouble() - 0.5f) * Size * 0.9f;
        }

        private static void Box(Transform level, Vector3 place, Vector3 extent)
        {
            var box = GameObject.CreatePrimitive(PrimitiveType.Cube);
            box.transform.SetParent(level);
            box.transform.position = place;
            box.transform.localScale = extent;
        }

        private static bool HasSun
        {
            get
            {
                foreach (var light in Object.FindObjectsByType<Light>(FindObjectsSortMode.None))
                    if (light.type == LightType.Directional) return true;
                return false;
            }
        }

        private static void Walker()
        {
            var camera = Camera.main;
            if (camera == null)
            {
                camera = new GameObject("Main Camera") { tag = "MainCamera" }.AddComponent<Camera>();
                Undo.RegisterCreatedObjectUndo(camera.gameObject, "Grey-box level");
            }
            Undo.RecordObject(camera.transform, "Grey-box level");
            camera.transform.position = new Vector3(0f, 1.7f, -4f);
            camera.transform.rotation = Quaternion.identity;
            Add<LSDCamera>(camera);
            Add<LSDWalkingCamera>(camera);
            Add<LSDThemeButtons>(camera);
            Add<LSDBypassKey>(camera);
        }

        private static void Add<T>(Camera camera) where T : Component
        {
            if (camera.gameObject.GetComponent<T>() == null) Undo.AddComponent<T>(camera.gameObject);
        }
    }
}
