using System;
using System.Diagnostics;
using System.IO;
using UnityEditor;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>A daemon that the editor started. It outlives domain reloads and ends with the editor.</summary>
    internal static class LocalDaemon
    {
        private const string ProcessKey = "MirageLSD.Daemon.Pid";
        private const string StartKey = "MirageLSD.Daemon.Started";

        // The daemon writes its log itself: a pipe to the editor would break at the next domain reload, and the daemon with it.
        private const string Bootstrap =
            "import sys, runpy; sys.stdout = sys.stderr = open(sys.argv.pop(1), 'w', buffering=1); " +
            "runpy.run_module('mirage_lsd.cli', run_name='__main__', alter_sys=True)";

        /// <summary>In the project's Library folder, which is not the project's to keep.</summary>
        public static string LogPath => Path.Combine(Path.GetDirectoryName(Application.dataPath) ?? "", "Library", "MirageLSD", "daemon.log");

        public static bool IsRunning
        {
            get
            {
                using (var process = Find()) return process != null;
            }
        }

        /// <summary>Starts it and returns at once. "" or the sentence that says why not.</summary>
        public static string Start(string python, string endpoint, string model, string device)
        {
            if (IsRunning) return "";
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(LogPath) ?? "");
                var arguments = "-c \"" + Bootstrap + "\" " + Quote(LogPath) + " serve --bind " + Quote(endpoint) + " --model " + Quote(model);
                if (!string.IsNullOrEmpty(device)) arguments += " --device " + Quote(device);
                var start = new ProcessStartInfo(python, arguments) { UseShellExecute = false, CreateNoWindow = true };
                using (var process = Process.Start(start))
                {
                    if (process == null) return "The daemon could not be started.";
                    SessionState.SetInt(ProcessKey, process.Id);
                    SessionState.SetString(StartKey, process.StartTime.ToFileTimeUtc().ToString());
                }
                return "";
            }
            catch (Exception problem)
            {
                return "'" + python + "' could not be started (" + problem.Message + "): set the path of a Python with " +
                       "mirage-lsd installed in Project Settings > MirageLSD.";
            }
        }

        /// <summary>Ends it; what it leaves in shared memory is removed by the next one.</summary>
        public static void Stop()
        {
            try
            {
                using (var process = Find())
                    if (process != null) process.Kill();
            }
            catch (Exception)
            {
                // It ended by itself in this very moment.
            }
            SessionState.EraseInt(ProcessKey);
            SessionState.EraseString(StartKey);
        }

        /// <summary>The last lines of its log.</summary>
        public static string Tail(int characters)
        {
            try
            {
                using (var file = new FileStream(LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
                {
                    file.Seek(Math.Max(0, file.Length - characters), SeekOrigin.Begin);
                    return new StreamReader(file).ReadToEnd();
                }
            }
            catch (IOException)
            {
                return "";
            }
        }

        // The number alone could be another process's by now, so the time of its start is compared, too.
        private static Process Find()
        {
            var id = SessionState.GetInt(ProcessKey, 0);
            if (id == 0) return null;
            Process process = null;
            try
            {
                process = Process.GetProcessById(id);
                if (!process.HasExited && process.StartTime.ToFileTimeUtc().ToString() == SessionState.GetString(StartKey, "")) return process;
            }
            catch (Exception)
            {
                // Gone.
            }
            process?.Dispose();
            return null;
        }

        private static string Quote(string text)
        {
            return "\"" + text.Replace("\"", "") + "\"";
        }
    }
}
