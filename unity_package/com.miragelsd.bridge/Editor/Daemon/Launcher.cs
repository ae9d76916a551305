using System;
using System.Collections.Generic;

namespace MirageLSD
{
    /// <summary>Finds the programs that could be the daemon on this machine; the order is that of launcher.json, for every engine.</summary>
    internal sealed class Launcher
    {
        private static readonly string[] Versions = { "3.14", "3.13", "3.12", "3.11" };
        private const string StoreFolder = "microsoft/windowsapps";

        private readonly LauncherPlace _place;
        private readonly List<string> _path = new List<string>();

        public Launcher(LauncherPlace place)
        {
            _place = place;
            foreach (var entry in (place.Variable("PATH") ?? "").Split(place.IsWindows ? ';' : ':'))
            {
                var folder = place.Clean(entry.Trim().Trim('"'));
                if (place.IsAbsolute(folder)) _path.Add(folder);
            }
        }

        /// <summary>Commands without their arguments, the best first: they are tried in turn.</summary>
        public List<string[]> Candidates()
        {
            var found = new List<string[]>();
            if (_place.Setting.Trim() != "")
            {
                var named = Named(_place.Clean(_place.Setting.Trim()));
                if (named != null) found.Add(named);
                return found;
            }
            foreach (var environment in Environments()) AddFile(found, Program(environment));
            foreach (var folder in ProgramFolders()) AddFile(found, folder + "/" + ProgramName);
            foreach (var environment in Environments()) AddFile(found, PythonOf(environment));
            foreach (var python in Pythons()) Add(found, WithModule(python));
            return found;
        }

        /// <summary>The Pythons of the system, which can also make an environment.</summary>
        public List<string[]> Pythons()
        {
            var found = new List<string[]>();
            if (_place.IsWindows) AddWindowsPythons(found);
            else AddUnixPythons(found);
            return found;
        }

        /// <summary>The Python of an environment; "" if it has none.</summary>
        public string PythonOf(string environment)
        {
            if (!_place.IsWindows) return Existing(environment + "/bin/python");
            var python = Existing(environment + "/Scripts/python.exe");
            return python != "" ? python : Existing(environment + "/python.exe"); // conda's
        }

        private string ProgramName => _place.IsWindows ? "mirage-lsd.exe" : "mirage-lsd";

        private string Program(string environment)
        {
            return environment + (_place.IsWindows ? "/Scripts/" : "/bin/") + ProgramName;
        }

        private string[] Named(string setting)
        {
            if (setting.IndexOf('/') < 0)
            {
                var name = _place.IsWindows && setting.IndexOf('.') < 0 ? setting + ".exe" : setting;
                setting = _path.ConvertAll(folder => folder + "/" + name).Find(file => _place.IsFile(file)) ?? "";
            }
            else if (_place.IsFolder(setting))
            {
                setting = _place.IsFile(Program(setting)) ? Program(setting) : PythonOf(setting);
            }
            return _place.IsFile(setting) ? Command(setting) : null;
        }

        private IEnumerable<string> Environments()
        {
            yield return _place.Clean(_place.Project) + "/.venv";
            yield return _place.Clean(_place.OwnEnvironment);
            foreach (var variable in new[] { "VIRTUAL_ENV", "CONDA_PREFIX" })
                if (_place.Folder(variable) != "") yield return _place.Folder(variable);
        }

        private IEnumerable<string> ProgramFolders()
        {
            foreach (var folder in _path) yield return folder;
            string home = _place.Folder("HOME"), roaming = _place.Folder("APPDATA");
            if (_place.IsWindows && roaming != "")
                foreach (var version in Versions) yield return roaming + "/Python/Python" + version.Replace(".", "") + "/Scripts";
            if (!_place.IsWindows && home != "") yield return home + "/.local/bin";
            if (!_place.IsMac) yield break;
            if (home != "")
                foreach (var version in Versions) yield return home + "/Library/Python/" + version + "/bin";
            foreach (var folder in MacFolders()) yield return folder;
        }

        private static IEnumerable<string> MacFolders()
        {
            yield return "/opt/homebrew/bin";
            yield return "/usr/local/bin";
            foreach (var version in Versions) yield return "/Library/Frameworks/Python.framework/Versions/" + version + "/bin";
        }

        private void AddWindowsPythons(List<string[]> found)
        {
            string system = _place.Folder("SystemRoot"), local = _place.Folder("LOCALAPPDATA");
            var launchers = _path.ConvertAll(folder => folder + "/py.exe");
            if (system != "") launchers.Add(system + "/py.exe");
            if (local != "") launchers.Add(local + "/Programs/Python/Launcher/py.exe");
            var launcher = launchers.Find(file => _place.IsFile(file));
            if (launcher != null) Add(found, new[] { launcher, "-3" });
            foreach (var folder in _path)
                if (!IsOfTheStore(folder)) AddPython(found, folder + "/python.exe");
            if (local != "")
                foreach (var version in Versions) AddPython(found, local + "/Programs/Python/Python" + version.Replace(".", "") + "/python.exe");
            // What may be a stub that only opens the Store comes last.
            foreach (var folder in _path)
                if (IsOfTheStore(folder)) AddPython(found, folder + "/python.exe");
        }

        private void AddUnixPythons(List<string[]> found)
        {
            const string apple = "/usr/bin/python3";
            foreach (var folder in _path)
                if (!_place.IsMac || folder + "/python3" != apple) AddPython(found, folder + "/python3");
            if (_place.IsMac)
                foreach (var folder in MacFolders()) AddPython(found, folder + "/python3");
            AddPython(found, apple); // on macOS a stub that asks for the developer tools
        }

        private static bool IsOfTheStore(string folder)
        {
            return folder.EndsWith(StoreFolder, StringComparison.OrdinalIgnoreCase);
        }

        private void AddFile(List<string[]> found, string file)
        {
            if (file != "" && _place.IsFile(file)) Add(found, Command(file));
        }

        private void AddPython(List<string[]> found, string file)
        {
            if (_place.IsFile(file)) Add(found, new[] { file });
        }

        private string Existing(string file)
        {
            return _place.IsFile(file) ? file : "";
        }

        private static string[] Command(string file)
        {
            var name = file.Substring(file.LastIndexOf('/') + 1);
            if (name.StartsWith("mirage-lsd", StringComparison.OrdinalIgnoreCase)) return new[] { file };
            return WithModule(name.Equals("py.exe", StringComparison.OrdinalIgnoreCase) ? new[] { file, "-3" } : new[] { file });
        }

        // -P: the working folder is not looked into for modules.
        private static string[] WithModule(string[] python)
        {
            return new List<string>(python) { "-P", "-m", "mirage_lsd" }.ToArray();
        }

        private static void Add(List<string[]> found, string[] command)
        {
            foreach (var other in found)
                if (other[0] == command[0]) return;
            found.Add(command);
        }
    }
}
