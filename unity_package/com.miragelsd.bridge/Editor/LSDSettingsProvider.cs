using System.IO;
using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Project Settings > MirageLSD: the project's connection, and this machine's Python.</summary>
    internal static class LSDSettingsProvider
    {
        private const string Folder = "Assets/Resources";

        [SettingsProvider]
        public static SettingsProvider Create()
        {
            return new SettingsProvider("Project/MirageLSD", SettingsScope.Project)
            {
                label = "MirageLSD",
                guiHandler = search => Draw(),
                keywords = new[] { "MirageLSD", "daemon", "endpoint", "token", "Python", "diffusion" },
            };
        }

        /// <summary>The project's asset, made when it is first needed.</summary>
        public static LSDSettings LoadOrMake()
        {
            var settings = Resources.Load<LSDSettings>(LSDSettings.AssetName);
            if (settings != null) return settings;
            settings = ScriptableObject.CreateInstance<LSDSettings>();
            if (!AssetDatabase.IsValidFolder(Folder)) AssetDatabase.CreateFolder("Assets", "Resources");
            AssetDatabase.CreateAsset(settings, Path.Combine(Folder, LSDSettings.AssetName + ".asset").Replace('\\', '/'));
            return settings;
        }

        private static void Draw()
        {
            var asset = Resources.Load<LSDSettings>(LSDSettings.AssetName);
            if (asset == null)
            {
                EditorGUILayout.HelpBox("The defaults hold: a daemon on this machine, " + LSDConnection.DefaultEndpoint + ".", MessageType.Info);
                if (GUILayout.Button("Make settings for this project")) LoadOrMake();
            }
            else
            {
                var settings = new SerializedObject(asset);
                settings.Update();
                foreach (var field in new[] { "endpoint", "token", "serverPublicKey", "clientPublicKey", "clientSecretKey" })
                    EditorGUILayout.PropertyField(settings.FindProperty(field));
                settings.ApplyModifiedProperties();
            }
            EditorGUILayout.Space();
            EditorGUILayout.LabelField("This machine", EditorStyles.boldLabel);
            EditorPreferences.Python = EditorGUILayout.TextField("Python", EditorPreferences.Python);
            EditorPreferences.Device = EditorGUILayout.TextField("Device of the model", EditorPreferences.Device);
        }
    }
}
