using UnityEditor;

namespace MirageLSD
{
    /// <summary>What belongs to this machine and not to the project.</summary>
    internal static class EditorPreferences
    {
        private const string PythonKey = "MirageLSD.Python";
        private const string DeviceKey = "MirageLSD.Device";
        private const string ModelKey = "MirageLSD.Model";

        /// <summary>A Python in which `pip install mirage-lsd` was done.</summary>
        public static string Python
        {
            get { return EditorPrefs.GetString(PythonKey, "python3"); }
            set { EditorPrefs.SetString(PythonKey, value); }
        }

        /// <summary>auto, cpu, cuda.</summary>
        public static string Device
        {
            get { return EditorPrefs.GetString(DeviceKey, "auto"); }
            set { EditorPrefs.SetString(DeviceKey, value); }
        }

        public static string Model
        {
            get { return EditorPrefs.GetString(ModelKey, "mirage-lsd-v1"); }
            set { EditorPrefs.SetString(ModelKey, value); }
        }
    }
}
