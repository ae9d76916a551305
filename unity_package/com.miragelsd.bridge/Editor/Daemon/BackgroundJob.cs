using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>A program that goes on through domain reloads: what it prints goes to a file, and its number is in another one.</summary>
    /// <remarks>No pipe: one to the editor would break at the next domain reload, or hold that up.</remarks>
    internal sealed class BackgroundJob
    {
        private const int GraceMs = 3000;
        private const string OutputVariable = "MIRAGE_LSD_OUTPUT";

        private readonly string _name;
        private Process _process; // of this domain alone; it knows the exit code

        public BackgroundJob(string name)
        {
            _name = name;
        }

        /// <summary>Library/MirageLSD, which is not the project's to keep; the working folder of everything that is started.</summary>
        public static string Folder => Path.Combine(Path.GetDirectoryName(Application.dataPath) ?? "", "Library", "MirageLSD");

        public string OutputPath => Path.Combine(Folder, _name + ".out");
        private string NumberPath => Path.Combine(Folder, _name + ".pid");

        public bool IsRunning
        {
            get
            {
                using (var process = Find()) return process != null;
            }
        }

        /// <summary>Whether it was started and nobody has stopped it or taken note of its end.</summary>
        public bool IsOpen => File.Exists(NumberPath);

        /// <summary>Of a program that has ended; null where it was started before a domain reload.</summary>
        public int? ExitCode => _process != null && _process.HasExited ? _process.ExitCode : (int?)null;

        /// <summary>Starts it and returns at once. "" or why not.</summary>
        public string Start(string[] command, IDictionary<string, string> environment)
        {
            Forget();
            try
            {
                Directory.CreateDirectory(Folder);
                File.WriteAllText(OutputPath, "");
                var start = Redirected(command);
                start.WorkingDirectory = Folder;
                start.UseShellExecute = false;
                start.CreateNoWindow = true;
                foreach (var variable in environment) start.EnvironmentVariables[variable.Key] = variable.Value;
                start.EnvironmentVariables[OutputVariable] = OutputPath;
                _process = Process.Start(start);
                if (_process == null) return "it could not be started.";
                File.WriteAllText(NumberPath, _process.Id + " " + _process.StartTime.ToFileTimeUtc());
                return "";
            }
            catch (Exception problem)
            {
                Forget();
                return problem.Message;
            }
        }

        /// <summary>Asks it to end, and ends it when it does not.</summary>
        public void Stop()
        {
            try
            {
                using (var process = Find())
                    if (process != null) End(process);
            }
            catch (Exception)
            {
                // It ended by itself in this very moment.
            }
            Forget();
        }

        /// <summary>Takes note of its end.</summary>
        public void Forget()
        {
            _process?.Dispose();
            _process = null;
            if (File.Exists(NumberPath)) File.Delete(NumberPath);
        }

        public string Output(int characters)
        {
            return Tail(OutputPath, characters);
        }

        /// <summary>The end of a file that somebody else is writing to.</summary>
        public static string Tail(string path, int characters)
        {
            try
            {
                using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
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

        private static bool IsWindows => Application.platform == RuntimePlatform.WindowsEditor;

        // The shell puts the output into the file; on Unix it then is the program (exec), so that the number is the program's.
        internal static ProcessStartInfo Redirected(string[] command)
        {
            var line = new StringBuilder();
            foreach (var part in command) line.Append(' ').Append(Quote(part));
            if (IsWindows)
                return new ProcessStartInfo("cmd.exe", "/d /v:off /s /c \"" + line.ToString().Substring(1) + " > \"%" + OutputVariable + "%\" 2>&1\"");
            return new ProcessStartInfo("/bin/sh", "-c \"exec \\\"$@\\\" > \\\"$" + OutputVariable + "\\\" 2>&1\" sh" + line);
        }

        private static string Quote(string text)
        {
            return "\"" + (IsWindows ? text.Replace("\"", "") : text.Replace("\\", "\\\\").Replace("\"", "\\\"")) + "\"";
        }

        private static void End(Process process)
        {
            // cmd.exe, a launcher and the Python below it: all of them.
            var polite = IsWindows
                ? new ProcessStartInfo("taskkill", "/t /f /pid " + process.Id)
                : new ProcessStartInfo("/bin/kill", "-TERM " + process.Id);
            polite.UseShellExecute = false;
            polite.CreateNoWindow = true;
            using (var kill = Process.Start(polite)) kill?.WaitForExit(GraceMs);
            for (var waited = 0; waited < GraceMs && !process.HasExited; waited += 20) System.Threading.Thread.Sleep(20);
            if (!process.HasExited) process.Kill();
        }

        // The number alone could be another process's by now, so the time of its start is compared, too.
        private Process Find()
        {
            Process process = null;
            try
            {
                var parts = File.ReadAllText(NumberPath).Split(' ');
                process = Process.GetProcessById(int.Parse(parts[0]));
                if (!process.HasExited && process.StartTime.ToFileTimeUtc().ToString() == parts[1]) return process;
            }
            catch (Exception)
            {
                // Never started, or gone.
            }
            process?.Dispose();
            return null;
        }
    }
}
