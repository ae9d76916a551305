using System.Collections.Generic;
using UnityEditor;

namespace MirageLSD
{
    /// <summary>Installs the daemon into an environment of the project's Library folder, and asks its doctor.</summary>
    internal static class DaemonTools
    {
        private const string StepKey = "MirageLSD.Install.Step";

        private static readonly BackgroundJob Job = new BackgroundJob("tools");
        private static readonly Dictionary<string, string> Environment = new ServeCommand { Endpoint = "ipc://" }.Environment;

        /// <summary>What came of it, or "".</summary>
        public static string Result { get; private set; } = "";

        public static bool IsBusy => Job.IsOpen;

        public static string Output => Job.Output(1500);

        /// <summary>python -m venv, then pip install; Tick goes on from the one to the other.</summary>
        public static void Install()
        {
            var place = LauncherPlace.OfThisEditor();
            var pythons = new Launcher(place).Pythons();
            Result = pythons.Count == 0 ? "No Python was found: install Python 3.11 or newer from python.org, then press Install again." : "";
            if (pythons.Count == 0) return;
            SessionState.SetInt(StepKey, 1);
            Begin(new List<string>(pythons[0]).Concat(new[] { "-m", "venv", place.OwnEnvironment }));
        }

        /// <summary>`mirage-lsd doctor`: what this machine has, and what is wrong.</summary>
        public static void AskDoctor()
        {
            var candidates = new Launcher(LauncherPlace.OfThisEditor()).Candidates();
            SessionState.SetInt(StepKey, 0);
            if (candidates.Count == 0) Result = "mirage-lsd was not found on this machine: press Install.";
            else Begin(new List<string>(candidates[0]).Concat(new[] { "doctor" }));
        }

        public static void Tick()
        {
            if (!Job.IsOpen || Job.IsRunning) return;
            var code = Job.ExitCode;
            Job.Forget();
            if (SessionState.GetInt(StepKey, 0) == 1 && (code ?? 0) == 0)
            {
                SessionState.SetInt(StepKey, 2);
                var place = LauncherPlace.OfThisEditor();
                var python = new Launcher(place).PythonOf(place.Clean(place.OwnEnvironment));
                if (python != "")
                {
                    Begin(new[] { python, "-P", "-m", "pip", "install", EditorPreferences.InstallSource });
                    return;
                }
            }
            Result = Output.Trim() + (code == null || code == 0 ? "" : "\nIt ended with the exit code " + code + ".");
        }

        public static void Stop()
        {
            Job.Stop();
        }

        private static void Begin(string[] command)
        {
            var problem = Job.Start(command, Environment);
            Result = problem == "" ? "" : "'" + command[0] + "' could not be started: " + problem;
        }
    }
}
