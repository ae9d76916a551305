using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>A real daemon in a process of its own, on a port of its own.</summary>
    internal sealed class Daemon : IDisposable
    {
        private readonly string _arguments;
        private Process _process;

        public Daemon(string arguments = "--model passthrough", int port = 0, string program = "-m mirage_lsd.cli")
        {
            Endpoint = "tcp://127.0.0.1:" + (port == 0 ? FreePort() : port);
            // As the package's own launcher does: a test run that crashes leaves no daemon behind.
            _arguments = program + " serve --bind " + Endpoint + " --parent-pid " + Process.GetCurrentProcess().Id + " " + arguments;
            Start();
        }

        /// <summary>Gives pictures back under the name of the real model, with its themes: quick_daemon.py.</summary>
        public static Daemon Quick()
        {
            return new Daemon("", 0, Environment.GetEnvironmentVariable("LSD_TEST_QUICK_DAEMON"));
        }

        public string Endpoint { get; }

        public void Start()
        {
            _process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("LSD_TEST_PYTHON"), _arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            var ready = new ManualResetEvent(false);
            DataReceivedEventHandler read = (sender, line) =>
            {
                if (line.Data != null && line.Data.Contains("ready")) ready.Set();
            };
            _process.OutputDataReceived += read;
            _process.ErrorDataReceived += read;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            if (!ready.WaitOne(300000)) throw new TimeoutException("The daemon did not say that it is ready.");
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
            _process = null;
        }

        public void Dispose()
        {
            if (_process != null) Kill();
        }

        public static int FreePort()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            return port;
        }
    }
}
