using System;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Sends a camera's frames to a MirageLSD daemon and writes what comes back into a texture.</summary>
    /// <remarks>
    /// Nothing here waits for the daemon: it may be missing, be started later, be killed and come back. All members are for
    /// the main thread. The engine ends with Dispose, when Play ends and when the domain is reloaded.
    /// </remarks>
    public sealed partial class LSDStreamEngine : IDisposable
    {
        private readonly Notices _notices = new Notices();
        private readonly EngineLink _link;
        private ResultTexture _output;
        private bool _isDisposed;

        /// <param name="model">A model that the daemon serves.</param>
        /// <param name="useGPU">Read frames back asynchronously; false waits for the GPU, for devices that can't do otherwise.
        /// The device that the model runs on is chosen where the daemon is started.</param>
        /// <exception cref="LSDException">The native library is missing or of another version, or the address is malformed.</exception>
        public LSDStreamEngine(string model, bool useGPU = true) : this(model, useGPU, LSDSettings.Connection)
        {
        }

        /// <param name="connection">In place of the project settings.</param>
        public LSDStreamEngine(string model, bool useGPU, LSDConnection connection)
        {
            if (string.IsNullOrEmpty(model)) throw new ArgumentException("MirageLSD: name a model, such as mirage-lsd-v1.");
            Model = model;
            _isAsync = useGPU && SystemInfo.supportsAsyncGPUReadback;
            _link = new EngineLink(connection, _notices);
            _link.Connected += () => Events.Raise(Connected);
            _link.Disconnected += reason => Events.Raise(Disconnected, reason);
            _notices.Said += sentence => Events.Raise(Error, sentence);
            EngineLoop.Add(this);
        }

        /// <summary>The daemon is there.</summary>
        public event Action Connected;

        /// <summary>The daemon went away (why); it is looked for in the background.</summary>
        public event Action<string> Disconnected;

        /// <summary>A result is in the texture.</summary>
        public event Action<LSDFrame> FrameReady;

        /// <summary>Something is wrong; the same sentence is once in the console.</summary>
        public event Action<string> Error;

        /// <summary>The results go into this texture: a RenderTexture of any format, or a writable Texture2D (RGBA32, BGRA32).</summary>
        /// <exception cref="ArgumentException">The texture can't take them; the message says why.</exception>
        public void BindTexture(Texture texture)
        {
            RequireAlive();
            var output = new ResultTexture(texture);
            _output?.Dispose();
            _output = output;
            _hasResult = false; // an empty texture is nothing to show
        }

        /// <summary>Captures the main camera, whichever it is at the time.</summary>
        public void StartCapture()
        {
            StartCapture(null, null);
        }

        public void StartCapture(Camera camera)
        {
            if (camera == null) throw new ArgumentNullException(nameof(camera));
            StartCapture(camera, null);
        }

        /// <summary>Captures a RenderTexture, a WebCamTexture, ...: color alone, without depth, motion and camera.</summary>
        public void StartCapture(Texture source)
        {
            if (source == null) throw new ArgumentNullException(nameof(source));
            StartCapture(null, source);
        }

        /// <summary>Closes the stream; the connection stays, and the texture keeps the last result.</summary>
        public void StopCapture()
        {
            if (!IsCapturing) return;
            IsCapturing = false;
            StopFrames();
        }

        /// <summary>Takes at most half a second, even with a hung daemon. Twice is allowed.</summary>
        public void Dispose()
        {
            if (_isDisposed) return;
            _isDisposed = true;
            EngineLoop.Remove(this);
            IsCapturing = false;
            StopFrames();
            _link.Dispose();
            _output?.Dispose();
        }

        private void StartCapture(Camera camera, Texture source)
        {
            RequireAlive();
            StopCapture();
            _chosenCamera = camera;
            _hasChosenCamera = camera != null;
            _sourceTexture = source;
            _hasSourceTexture = source != null;
            IsCapturing = true;
        }

        private void RequireAlive()
        {
            if (_isDisposed) throw new ObjectDisposedException(nameof(LSDStreamEngine));
        }
    }
}
