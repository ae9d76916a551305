namespace MirageLSD
{
    /// <summary>Where the daemon is and how to be let in.</summary>
    public sealed class LSDConnection
    {
        public const string DefaultEndpoint = "tcp://127.0.0.1:5757";

        /// <summary>ZeroMQ address; beyond this machine the daemon wants the three keys.</summary>
        public string Endpoint = DefaultEndpoint;

        /// <summary>This program's name, for the daemon's log.</summary>
        public string Name = "Unity";

        /// <summary>Where the daemon was started with --token.</summary>
        public string Token = "";

        /// <summary>CURVE keys (Z85, 40 characters), made by `mirage-lsd keygen`; all three or none.</summary>
        public string ServerPublicKey = "";
        public string ClientPublicKey = "";
        public string ClientSecretKey = "";
    }
}
