using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace MirageLSD
{
    /// <summary>A connection to a daemon (lsd_client). It connects, and reconnects, on the core's own thread.</summary>
    internal sealed unsafe class NativeClient : IDisposable
    {
        private IntPtr _handle;

        /// <summary>Returns at once; the daemon need not be there.</summary>
        /// <exception cref="LSDException">No native core, a malformed address or key.</exception>
        public NativeClient(LSDConnection connection)
        {
            NativeLibrary.Require();
            var config = new NativeClientConfig
            {
                size = (uint)Marshal.SizeOf(typeof(NativeClientConfig)),
                endpoint = NativeText.Allocate(connection.Endpoint),
                name = NativeText.Allocate(connection.Name),
                engine = NativeText.Allocate("unity"),
                token = NativeText.Allocate(connection.Token),
                server_public_key = NativeText.Allocate(connection.ServerPublicKey),
                client_public_key = NativeText.Allocate(connection.ClientPublicKey),
                client_secret_key = NativeText.Allocate(connection.ClientSecretKey),
                // No log callback: it would call into this assembly after a domain reload has taken it away.
            };
            _handle = Native.lsd_client_create(ref config);
            var problem = _handle == IntPtr.Zero ? NativeText.Read(Native.lsd_last_error()) : null;
            Free(config);
            if (problem != null) throw new LSDException("MirageLSD: " + problem);
        }

        /// <summary>Closes its streams and joins the core's thread; takes at most half a second. Twice is allowed.</summary>
        public void Dispose()
        {
            Native.lsd_client_destroy(_handle);
            _handle = IntPtr.Zero;
        }

        public NativeClientState State => Native.lsd_client_get_state(Handle);

        /// <summary>The connection's newest problem, "" when all is well.</summary>
        public string LastError => NativeText.Read(Native.lsd_client_last_error, Handle);

        /// <summary>Whether a stream of the model can be opened for contexts, to be shaded here; false before the daemon has answered.</summary>
        public bool HasContexts(string model)
        {
            return Native.lsd_client_model_context(Handle, NativeText.Bytes(model)) == NativeStatus.Ok;
        }

        /// <summary>Rises when a daemon has said which models and controls it has.</summary>
        public long ModelsGeneration => Native.lsd_client_models_generation(Handle);

        /// <summary>The controls of a model, in the order of a panel; empty before the daemon has answered.</summary>
        public LSDControlInfo[] ControlsOf(string model)
        {
            var name = NativeText.Bytes(model);
            var count = name == null ? 0 : Native.lsd_client_control_count(Handle, name);
            var controls = new List<LSDControlInfo>();
            for (var i = 0; i < count; i++)
            {
                var spec = new NativeControlSpec { size = (uint)sizeof(NativeControlSpec) };
                if (Native.lsd_client_control_spec(Handle, name, i, ref spec) == NativeStatus.Ok)
                    controls.Add(new LSDControlInfo(spec, ChoicesOf(name, i, spec.choice_count)));
            }
            return controls.ToArray();
        }

        private string[] ChoicesOf(byte[] model, int control, int count)
        {
            const int capacity = 1025;
            var buffer = stackalloc byte[capacity];
            var choices = new List<string>();
            for (var i = 0; i < count; i++)
                if (Native.lsd_client_control_choice(Handle, model, control, i, buffer, (UIntPtr)capacity) == NativeStatus.Ok)
                    choices.Add(NativeText.Read((IntPtr)buffer));
            return choices.ToArray();
        }

        /// <summary>What the daemon is busy with before it can welcome; "" for nothing.</summary>
        public string Progress(out float fraction)
        {
            var progress = new NativeProgress { size = (uint)sizeof(NativeProgress) };
            var isBusy = Native.lsd_client_get_progress(Handle, ref progress) == NativeStatus.Ok;
            fraction = isBusy ? progress.fraction : 0f;
            return isBusy ? NativeText.Read((IntPtr)progress.what) : "";
        }

        public IntPtr Handle
        {
            get
            {
                if (_handle == IntPtr.Zero) throw new ObjectDisposedException(nameof(NativeClient));
                return _handle;
            }
        }

        private static void Free(NativeClientConfig config)
        {
            Marshal.FreeHGlobal(config.endpoint);
            Marshal.FreeHGlobal(config.name);
            Marshal.FreeHGlobal(config.engine);
            Marshal.FreeHGlobal(config.token);
            Marshal.FreeHGlobal(config.server_public_key);
            Marshal.FreeHGlobal(config.client_public_key);
            Marshal.FreeHGlobal(config.client_secret_key);
        }
    }
}
