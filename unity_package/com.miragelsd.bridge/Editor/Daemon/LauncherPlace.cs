using System;
using System.IO;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>What the search for a daemon sees of a machine: all of it can be put in place by a test.</summary>
    internal sealed class LauncherPlace
    {
        /// <summary>"windows", "macos" or "linux".</summary>
        public string Platform = "linux";

        /// <summary>What the user named: a program, a Python, an environment's folder, or "".</summary>
        public string Setting = "";

        public string Project = "";

        /// <summary>The environment that the editor makes by itself.</summary>
        public string OwnEnvironment = "";

        public Func<string, string> Variable = name => Environment.GetEnvironmentVariable(name) ?? "";
        public Func<string, bool> IsFile = File.Exists;
        public Func<string, bool> IsFolder = Directory.Exists;

        public bool IsWindows => Platform == "windows";
        public bool IsMac => Platform == "macos";

        public static LauncherPlace OfThisEditor()
        {
            var project = Path.GetDirectoryName(Application.dataPath) ?? "";
            return new LauncherPlace
            {
                Platform = OwnPlatform,
                Setting = EditorPreferences.Python,
                Project = project,
                OwnEnvironment = Path.Combine(project, "Library", "MirageLSD", "venv"),
            };
        }

        /// <summary>With slashes and without one at the end.</summary>
        public string Clean(string path)
        {
            if (IsWindows) path = path.Replace('\\', '/');
            return path.Length > 1 ? path.TrimEnd('/') : path;
        }

        /// <summary>A folder that a variable names; "" for none, and for one that is relative.</summary>
        public string Folder(string variable)
        {
            var path = Clean(Variable(variable) ?? "");
            return IsAbsolute(path) ? path : "";
        }

        public bool IsAbsolute(string path)
        {
            if (!IsWindows) return path.StartsWith("/", StringComparison.Ordinal);
            return path.StartsWith("//", StringComparison.Ordinal) || path.Length > 2 && path[1] == ':' && path[2] == '/';
        }

        private static string OwnPlatform =>
            Application.platform == RuntimePlatform.WindowsEditor ? "windows" :
            Application.platform == RuntimePlatform.OSXEditor ? "macos" : "linux";
    }
}
