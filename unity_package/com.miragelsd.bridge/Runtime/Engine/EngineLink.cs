using System;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Client and stream of one engine: opens what is wanted, and says what happens to the connection.</summary>
    internal sealed class EngineLink : IDisposable
    {
        // A daemon on this machine answers within milliseconds.
        private const float MissingSeconds = 3f;
        private const float LookSeconds = 0.25f;

        private readonly NativeClient _client;
        private readonly string _endpoint;
        private readonly Notices _notices;
        private readonly StreamControls _controls = new StreamControls();
        private readonly double _since;
        private double _nextLook;
        private string _lastProblem = "";
        private bool _wasConnected;
        private LSDControlInfo[] _specs = new LSDControlInfo[0];
        private long _specsGeneration;
        private string _specsModel = "";
        private bool _hasContexts;
        private long _contextsGeneration;
        private string _contextsModel = "";

        public EngineLink(LSDConnection connection, Notices notices)
        {
            _endpoint = connection.Endpoint;
            _notices = notices;
            _client = new NativeClient(connection);
            _since = Time.realtimeSinceStartupAsDouble;
        }

        public event Action Connected;
        public event Action<string> Disconnected;

        public bool IsConnected { get; private set; }
        public NativeStream Stream { get; private set; }

        /// <summary>The controls of a model; asked anew only when a daemon has answered anew.</summary>
        public LSDControlInfo[] ControlsOf(string model)
        {
            var generation = _client.ModelsGeneration;
            if (generation == _specsGeneration && model == _specsModel) return _specs;
            _specs = _client.ControlsOf(model);
            _specsGeneration = generation;
            _specsModel = model;
            return _specs;
        }

        /// <summary>Rises when a daemon has said what it serves; 0 before the first has.</summary>
        public long ModelsGeneration => _client.ModelsGeneration;

        /// <summary>Whether the daemon gives contexts for the model, to be painted here; asked anew only when one has answered anew.</summary>
        public bool HasContexts(string model)
        {
            var generation = _client.ModelsGeneration;
            if (generation == _contextsGeneration && model == _contextsModel) return _hasContexts;
            _hasContexts = _client.HasContexts(model);
            _contextsGeneration = generation;
            _contextsModel = model;
            return _hasContexts;
        }

        /// <summary>What the daemon is busy with; the model's loading first, then this stream's own.</summary>
        public string Progress(out float fraction)
        {
            var what = _client.Progress(out fraction);
            return what == "" && Stream != null ? Stream.Progress(out fraction) : what;
        }

        public bool IsOpen => Stream != null && Stream.State == NativeStreamState.Open;

        /// <summary>Opens a stream of this format in place of another one; what was asked of the picture stays.</summary>
        public void Open(StreamFormat format)
        {
            Close();
            Stream = new NativeStream(_client, format);
            if (!_controls.IsEmpty) Stream.SetControls(_controls, 0f);
        }

        public void Close()
        {
            Stream?.Dispose();
            Stream = null;
        }

        public void SetControls(StreamControls controls, float transitionSeconds)
        {
            if (Stream != null && !Stream.SetControls(controls, transitionSeconds))
                throw new ArgumentException("MirageLSD: " + NativeText.Read(Native.lsd_last_error()));
            _controls.Merge(controls);
        }

        /// <summary>Once a frame.</summary>
        public void Poll()
        {
            var state = _client.State;
            if (state == NativeClientState.Ready && !IsConnected)
            {
                IsConnected = _wasConnected = true;
                foreach (var key in new[] { "missing", "lost", "refused" }) _notices.Forget(key);
                Events.Raise(Connected);
            }
            else if (state != NativeClientState.Ready && IsConnected)
            {
                IsConnected = false;
                var reason = "the daemon at " + _endpoint + " went away; it is looked for in the background.";
                _notices.Once("lost", reason);
                Events.Raise(Disconnected, reason);
            }
            var now = Time.realtimeSinceStartupAsDouble;
            if (now < _nextLook) return;
            _nextLook = now + LookSeconds;
            LookForProblems(state, now);
        }

        public void Dispose()
        {
            Close();
            _client.Dispose();
        }

        private void LookForProblems(NativeClientState state, double now)
        {
            if (state == NativeClientState.Refused) _notices.Once("refused", _client.LastError);
            else if (state == NativeClientState.Connecting && !_wasConnected && now - _since > MissingSeconds)
                _notices.Once("missing", "no daemon answers at " + _endpoint +
                                         "; start one in Window > MirageLSD, or with `mirage-lsd serve`.");
            string code, message;
            while (Stream != null && Stream.TryTakeNotice(out code, out message)) _notices.Once("notice " + code, message);
            var problem = Stream == null ? "" : Stream.LastError;
            if (problem != "" && problem != _lastProblem) _notices.Once("stream " + problem, problem);
            _lastProblem = problem;
        }
    }
}
