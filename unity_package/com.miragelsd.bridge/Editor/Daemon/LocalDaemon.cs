using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using UnityEditor;

namespace MirageLSD
{
    /// <summary>A daemon that the editor started. It outlives domain reloads and ends with the editor, also with one that crashes.</summary>
    internal static class LocalDaemon
    {
        private const string TriedKey = "MirageLSD.Daemon.Tried";

        private static readonly BackgroundJob Job = new BackgroundJob("daemon");

        /// <summary>Why there is no daemon after a Start, or "".</summary>
        public static string Problem { get; private set; } = "";

        public static bool IsRunning => Job.IsRunning;

        /// <summary>Written by the daemon itself.</summary>
        public static string LogPath => Path.Combine(BackgroundJob.Folder, "daemon.log");

        /// <summary>Starts what is found first and returns at once; Tick goes on from there.</summary>
        public static void Start()
        {
            if (IsRunning) return;
            Problem = "";
            if (!ServeCommand.IsOfThisMachine(LSDSettings.Connection.Endpoint))
            {
                Problem = LSDSettings.Connection.Endpoint + " is on another machine: start the daemon there, or set the address " +
                          LSDConnection.DefaultEndpoint + " in Project Settings > MirageLSD.";
                return;
            }
            if (File.Exists(LogPath)) File.Delete(LogPath); // the log of this daemon, and not of one before
            Try(0);
        }

        /// <summary>Looks after it, some times a second: a candidate that is no daemon makes room for the next one.</summary>
        public static void Tick()
        {
            if (!Job.IsOpen || Job.IsRunning) return;
            var code = Job.ExitCode;
            var output = Job.Output(2000).Trim();
            Job.Forget();
            if (ServeCommand.TriesNext(code ?? 1, output)) Try(SessionState.GetInt(TriedKey, 0) + 1);
            else Problem = "The daemon ended" + (code == null ? "" : " with the exit code " + code) + ". " + LastWords(output);
        }

        public static void Stop()
        {
            Job.Stop();
            Problem = "";
        }

        /// <summary>What it last wrote: its log, or, before that has begun, what it printed.</summary>
        public static string Tail(int characters)
        {
            var log = BackgroundJob.Tail(LogPath, characters);
            return log != "" ? log : Job.Output(characters);
        }

        private static string LastWords(string output)
        {
            if (output != "") return output;
            var log = BackgroundJob.Tail(LogPath, 600).Trim();
            return log != "" ? log : "It said nothing; `mirage-lsd doctor` in a terminal may know more.";
        }

        private static void Try(int number)
        {
            var candidates = new Launcher(LauncherPlace.OfThisEditor()).Candidates();
            for (; number < candidates.Count; number++)
            {
                SessionState.SetInt(TriedKey, number);
                var serve = Command();
                if (Job.Start(new List<string>(candidates[number]).Concat(serve.Arguments), serve.Environment) == "") return;
            }
            Problem = Missing(candidates);
        }

        private static string Missing(List<string[]> candidates)
        {
            if (EditorPreferences.Python.Trim() != "")
                return "'" + EditorPreferences.Python + "' is not a Python with mirage-lsd in it: choose another one in Project Settings > " +
                       "MirageLSD, or leave the field empty to have one looked for.";
            var names = candidates.ConvertAll(command => command[0]);
            return (names.Count == 0 ? "No Python 3.11 or newer was found: install one from python.org, then press Install. "
                       : "mirage-lsd is in none of the Pythons of this machine (" + string.Join(", ", names.ToArray()) + "): press Install. ") +
                   "Or name one in Project Settings > MirageLSD.";
        }

        private static ServeCommand Command()
        {
            var connection = LSDSettings.Connection;
            return new ServeCommand
            {
                Endpoint = connection.Endpoint,
                Model = EditorPreferences.Model,
                Device = EditorPreferences.Device,
                Log = LogPath,
                Token = connection.Token,
                Keys = EditorPreferences.ServerKeyFile,
                Parent = Process.GetCurrentProcess().Id,
            };
        }

        internal static string[] Concat(this List<string> first, string[] second)
        {
            first.AddRange(second);
            return first.ToArray();
        }
    }
}
