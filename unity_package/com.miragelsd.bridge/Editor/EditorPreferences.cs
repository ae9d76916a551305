using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>What belongs to this machine and this user, and neither to the project's files nor to a build.</summary>
    internal static class EditorPreferences
    {
        /// <summary>mirage-lsd, a Python that has it, or an environment's folder; empty: it is looked for.</summary>
        public static string Python
        {
            get { return Get("Python", ""); }
            set { Set("Python", value); }
        }

        /// <summary>auto, cpu, cuda.</summary>
        public static string Device
        {
            get { return Get("Device", "auto"); }
            set { Set("Device", value); }
        }

        public static string Model
        {
            get { return Get("Model", "mirage-lsd-v1"); }
            set { Set("Model", value); }
        }

        /// <summary>What pip installs: a name, or a checkout's folder or a wheel on this machine.</summary>
        public static string InstallSource
        {
            get { return Get("InstallSource", "mirage-lsd"); }
            set { Set("InstallSource", value); }
        }

        /// <summary>server.key of `mirage-lsd keygen`, for the daemon that this editor starts; empty: none.</summary>
        public static string ServerKeyFile
        {
            get { return Get(OfProject("ServerKeyFile"), ""); }
            set { Set(OfProject("ServerKeyFile"), value); }
        }

        public static string Token
        {
            get { return Get(OfProject("Token"), ""); }
            set { Set(OfProject("Token"), value); }
        }

        public static string ClientSecretKey
        {
            get { return Get(OfProject("ClientSecretKey"), ""); }
            set { Set(OfProject("ClientSecretKey"), value); }
        }

        private static string OfProject(string name)
        {
            return Application.dataPath + "." + name;
        }

        private static string Get(string name, string preset)
        {
            return EditorPrefs.GetString("MirageLSD." + name, preset);
        }

        // Panels write what they show at every event; the registry is touched when it is another value.
        private static void Set(string name, string value)
        {
            if (value != EditorPrefs.GetString("MirageLSD." + name, null)) EditorPrefs.SetString("MirageLSD." + name, value);
        }
    }
}
