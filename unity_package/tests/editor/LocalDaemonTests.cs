using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;
using MirageLSD.Tests.Behaviour;
using NUnit.Framework;
using UnityEditor;
using UnityEngine;

namespace MirageLSD.Tests.EditorSide
{
    /// <summary>The daemon that the editor starts: real processes, in a project folder of the test's own.</summary>
    [TestFixture]
    public sealed class LocalDaemonTests : Play
    {
        private static readonly string[] Variables = { "PATH", "HOME", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH" };
        private static readonly string RealPython = Environment.GetEnvironmentVariable("LSD_TEST_PYTHON");

        private readonly string[] _before = new string[Variables.Length];
        private string _project;

        [SetUp]
        public void MakeProject()
        {
            RuntimeHelpers.RunClassConstructor(typeof(EditorLifetime).TypeHandle);
            LSDSettings.Secrets = () => new[] { EditorPreferences.Token, EditorPreferences.ClientSecretKey };
            StandInGui.Seen.Clear();
            StandInGui.Typed.Clear();
            _project = Path.Combine(Path.GetTempPath(), "mirage " + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(_project);
            Application.dataPath = Path.Combine(_project, "Assets");
            Settings.endpoint = "tcp://127.0.0.1:" + Daemon.FreePort();
            EditorPreferences.Python = RealPython;
            EditorPreferences.Model = "passthrough";
            EditorPreferences.Device = "cpu";
            EditorPreferences.Token = "";
            for (var i = 0; i < Variables.Length; i++) _before[i] = Environment.GetEnvironmentVariable(Variables[i]);
        }

        [TearDown]
        public void StopDaemon()
        {
            LocalDaemon.Stop();
            DaemonTools.Stop();
            for (var i = 0; i < Variables.Length; i++) Environment.SetEnvironmentVariable(Variables[i], _before[i]);
            Directory.Delete(_project, true);
        }

        [Test]
        public void TheWindowStartsAndStopsADaemon()
        {
            // Python would import it in place of its own, were the working folder in its path.
            Directory.CreateDirectory(BackgroundJob.Folder);
            File.WriteAllText(Path.Combine(BackgroundJob.Folder, "random.py"), "raise SystemExit(3)");
            var window = ScriptableObject.CreateInstance<LSDWindow>();
            Press(window, "Start");
            Assert.That(LocalDaemon.IsRunning, Is.True, LocalDaemon.Problem);
            var engine = new LSDStreamEngine("passthrough");
            engine.StartCapture();
            Until(() => engine.Stats.Returned > 3, "Frames from the window's daemon", 60.0);
            Assert.That(LocalDaemon.Tail(4000), Is.StringContaining("ready"));
            StandInGui.Typed["Log"] = "on";
            Press(window, null);
            Press(window, null);
            Assert.That(StandInGui.Seen, Has.Member("Connection: connected, shared memory"));
            Assert.That(StandInGui.Seen, Has.Member("State: started by this editor"));
            Assert.That(StandInGui.Seen, Has.Member("preview"));
            Assert.That(StandInGui.Seen.Any(line => line.Contains("ready")), Is.True, "the log is shown");
            Press(window, "Stop");
            Assert.That(LocalDaemon.IsRunning, Is.False);
        }

        [Test]
        public void AnotherDomainFindsAndStopsIt()
        {
            LocalDaemon.Start();
            AssemblyReloadEvents.Reload();
            var afterReload = new BackgroundJob("daemon");
            Assert.That(afterReload.IsRunning, Is.True);
            afterReload.Stop();
            Assert.That(LocalDaemon.IsRunning, Is.False);
        }

        [Test]
        public void TheEditorsEndStopsIt()
        {
            LocalDaemon.Start();
            Assert.That(LocalDaemon.IsRunning, Is.True);
            EditorApplication.Quit();
            Assert.That(LocalDaemon.IsRunning, Is.False);
        }

        [Test]
        public void WhatIsNoDaemonMakesRoomForTheNext()
        {
            ForgetThisMachine();
            Script(".venv/bin/mirage-lsd", "exit 127");
            Script(".venv/bin/python", "echo \"$0: No module named mirage_lsd\" >&2; exit 1");
            Script("Library/MirageLSD/venv/bin/python", "PYTHONPATH='" + _before[4] + "' exec '" + RealPython + "' \"$@\"");
            LocalDaemon.Start();
            Edit(() => LocalDaemon.Tail(4000).Contains("ready"), "A daemon from the third candidate");
            Assert.That(LocalDaemon.IsRunning, Is.True);
            Assert.That(LocalDaemon.Problem, Is.EqualTo(""));
        }

        [Test]
        public void WhereThereIsNoneASentenceSaysWhatToDo()
        {
            ForgetThisMachine();
            Script(".venv/bin/python", "echo \"$0: No module named mirage_lsd\" >&2; exit 1");
            LocalDaemon.Start();
            Edit(() => LocalDaemon.Problem != "", "A sentence");
            Assert.That(LocalDaemon.Problem, Is.StringContaining("mirage-lsd is in none of the Pythons"));
            Assert.That(LocalDaemon.Problem, Is.StringContaining(".venv/bin/python"));
            Assert.That(LocalDaemon.Problem, Is.StringContaining("press Install"));
        }

        [Test]
        public void AWrongPythonIsASentenceInTheWindow()
        {
            EditorPreferences.Python = "/no/such/python";
            var window = ScriptableObject.CreateInstance<LSDWindow>();
            Press(window, "Start");
            Press(window, null);
            Assert.That(StandInGui.Seen.Any(line => line.Contains("/no/such/python") && line.Contains("Project Settings > MirageLSD")), Is.True);
        }

        [Test]
        public void TheDaemonsOwnWordsAreShown()
        {
            using (var other = new Daemon())
            {
                Settings.endpoint = other.Endpoint;
                LocalDaemon.Start();
                Edit(() => LocalDaemon.Problem != "", "The end of the second daemon");
                Assert.That(LocalDaemon.Problem, Is.StringContaining("exit code 1"));
                Assert.That(LocalDaemon.Problem, Is.StringContaining("is taken"));
            }
        }

        [Test]
        public void AnotherMachinesDaemonIsNotStartedHere()
        {
            Settings.endpoint = "tcp://192.168.0.7:5757";
            LocalDaemon.Start();
            Assert.That(LocalDaemon.Problem, Is.StringContaining("on another machine"));
            Assert.That(LocalDaemon.IsRunning, Is.False);
        }

        [Test]
        public void TheTokenGoesByTheEnvironment()
        {
            EditorPreferences.Token = "open sesame";
            LocalDaemon.Start();
            var engine = new LSDStreamEngine("passthrough");
            engine.StartCapture();
            Until(() => engine.Stats.Returned > 0, "A frame of a daemon that wants the token", 60.0);
            var number = File.ReadAllText(Path.Combine(BackgroundJob.Folder, "daemon.pid")).Split(' ')[0];
            var line = File.ReadAllText("/proc/" + number + "/cmdline");
            Assert.That(line, Is.StringContaining("--parent-pid\0" + Process.GetCurrentProcess().Id));
            Assert.That(line, Is.Not.StringContaining("sesame"));
            EditorPreferences.Token = "wrong";
            var refused = new LSDStreamEngine("passthrough");
            refused.StartCapture();
            Until(() => StandIn.Game.Console.Any(text => text.Contains("token")), "The refusal");
        }

        [Test]
        public void InstallMakesAnEnvironmentInTheLibraryFolder()
        {
            ForgetThisMachine();
            EditorPreferences.InstallSource = "some-wheel.whl";
            // A stand-in for Python: `-m venv FOLDER` makes a folder with itself in it, all else is printed.
            var python = Script("tools/python3", "if [ \"$2\" = venv ]; then /bin/mkdir -p \"$3/bin\" && /bin/cp \"$0\" \"$3/bin/python\"; else echo \"ran $*\"; fi");
            Environment.SetEnvironmentVariable("PATH", Path.GetDirectoryName(python));
            DaemonTools.Install();
            Assert.That(DaemonTools.IsBusy, Is.True);
            Edit(() => !DaemonTools.IsBusy, "The end of the installation");
            Assert.That(DaemonTools.Result, Is.EqualTo("ran -P -m pip install some-wheel.whl"));
            Assert.That(File.Exists(Path.Combine(BackgroundJob.Folder, "venv/bin/python")), Is.True);
            EditorPreferences.InstallSource = "mirage-lsd";
        }

        [Test]
        public void TheDoctorsWordsAreShown()
        {
            var program = Script("env/bin/mirage-lsd", "echo \"$1: no GPU\"; exit 1");
            EditorPreferences.Python = program;
            DaemonTools.AskDoctor();
            Edit(() => !DaemonTools.IsBusy, "The doctor's end");
            Assert.That(DaemonTools.Result, Is.EqualTo("doctor: no GPU\nIt ended with the exit code 1."));
        }

        /// <summary>As on a machine without mirage-lsd: nothing in PATH, no environment, no setting.</summary>
        private void ForgetThisMachine()
        {
            EditorPreferences.Python = "";
            foreach (var variable in Variables) Environment.SetEnvironmentVariable(variable, "");
        }

        private string Script(string name, string text)
        {
            var path = Path.Combine(_project, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path));
            File.WriteAllText(path, "#!/bin/sh\n" + text + "\n");
            using (var chmod = Process.Start("/bin/chmod", "755 \"" + path + "\"")) chmod.WaitForExit();
            return path;
        }

        private static void Edit(Func<bool> isSo, string what)
        {
            var clock = Stopwatch.StartNew();
            while (!isSo())
            {
                if (clock.Elapsed.TotalSeconds > 60.0) Assert.Fail(what + " did not happen. " + LocalDaemon.Problem + LocalDaemon.Tail(2000));
                EditorApplication.update();
                Thread.Sleep(20);
            }
        }

        private static void Press(LSDWindow window, string button)
        {
            Send(window, "OnInspectorUpdate");
            GUILayout.Pressed = button;
            Send(window, "OnGUI");
            GUILayout.Pressed = null;
        }

        private static void Send(LSDWindow window, string message)
        {
            typeof(LSDWindow).GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic).Invoke(window, null);
        }
    }
}
