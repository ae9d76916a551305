using System;
using System.Collections.Generic;

namespace MirageLSD
{
    /// <summary>How the daemon is called, and what its end means; as launcher.json has it.</summary>
    internal sealed class ServeCommand
    {
        public string Endpoint = "", Model = "", Device = "", Log = "", Token = "", Keys = "";

        /// <summary>The process that the daemon ends with.</summary>
        public int Parent;

        /// <summary>Null for an endpoint of another machine, where nothing can be started.</summary>
        public string[] Arguments
        {
            get
            {
                if (!IsOfThisMachine(Endpoint)) return null;
                var arguments = new List<string> { "serve", "--bind", Endpoint, "--model", Model };
                if (Device != "") arguments.AddRange(new[] { "--device", Device });
                arguments.AddRange(new[] { "--log-file", Log, "--parent-pid", Parent.ToString() });
                if (Keys != "") arguments.AddRange(new[] { "--key-file", Keys });
                return arguments.ToArray();
            }
        }

        /// <summary>The token is nothing for a command line, which every program of this machine can read.</summary>
        public Dictionary<string, string> Environment
        {
            get
            {
                if (!IsOfThisMachine(Endpoint)) return null;
                var environment = new Dictionary<string, string> { { "PYTHONSAFEPATH", "1" }, { "PYTHONUTF8", "1" } };
                if (Token != "") environment["MIRAGE_LSD_TOKEN"] = Token;
                return environment;
            }
        }

        public static bool IsOfThisMachine(string endpoint)
        {
            if (endpoint.StartsWith("ipc://", StringComparison.Ordinal)) return true;
            if (!endpoint.StartsWith("tcp://", StringComparison.Ordinal)) return false;
            var address = endpoint.Substring(6);
            var colon = address.LastIndexOf(':');
            var host = colon < 0 ? address : address.Substring(0, colon);
            if (host == "localhost" || host == "[::1]") return true;
            System.Net.IPAddress ip;
            return host.StartsWith("127.", StringComparison.Ordinal) && System.Net.IPAddress.TryParse(host, out ip);
        }

        /// <summary>Whether a candidate that ended so was no daemon at all; any other end is the daemon's own word.</summary>
        public static bool TriesNext(int exitCode, string output)
        {
            return exitCode == 9009 || exitCode == 127 || output.Contains("No module named mirage_lsd") || output.Contains("unknown option -P");
        }
    }
}
