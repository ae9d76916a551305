using System.IO;
using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Project Settings > MirageLSD: the project's connection, and this machine's Python.</summary>
    internal static class LSDSettingsProvider
    {
        private const string Folder = "Assets/Resources";
        private const string OfThisMachine =
            "Kept in this user's editor preferences, never in the project or a build. A player takes its token and key from the environment: " +
            LSDSettings.TokenVariable + ", " + LSDSettings.SecretKeyVariable + ".";

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

        private static void Browse()
        {
            var file = EditorUtility.OpenFilePanel("A Python with mirage-lsd, or mirage-lsd itself", "", "");
            if (file != "") EditorPreferences.Python = file;
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
                foreach (var field in new[] { "endpoint", "serverPublicKey", "clientPublicKey" })
                    EditorGUILayout.PropertyField(settings.FindProperty(field));
                settings.ApplyModifiedProperties();
            }
            EditorGUILayout.Space();
            EditorGUILayout.LabelField("This machine", EditorStyles.boldLabel);
            EditorGUILayout.HelpBox(OfThisMachine, MessageType.Info);
            EditorGUILayout.BeginHorizontal();
            EditorPreferences.Python = EditorGUILayout.TextField("Python or mirage-lsd", EditorPreferences.Python);
            if (GUILayout.Button("Browse", GUILayout.MaxWidth(80f))) Browse();
            EditorGUILayout.EndHorizontal();
            EditorPreferences.InstallSource = EditorGUILayout.TextField("What Install installs", EditorPreferences.InstallSource);
            EditorPreferences.Device = EditorGUILayout.TextField("Device of the model", EditorPreferences.Device);
            EditorPreferences.ServerKeyFile = EditorGUILayout.TextField("Server key file", EditorPreferences.ServerKeyFile);
            EditorPreferences.Token = EditorGUILayout.PasswordField("Token", EditorPreferences.Token);
            EditorPreferences.ClientSecretKey = EditorGUILayout.PasswordField("Client secret key", EditorPreferences.ClientSecretKey);
        }
    }
}
