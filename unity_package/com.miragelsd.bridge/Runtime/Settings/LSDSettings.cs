using UnityEngine;

namespace MirageLSD
{
    /// <summary>The project's connection, edited in Project Settings > MirageLSD and built into players.</summary>
    public sealed class LSDSettings : ScriptableObject
    {
        /// <summary>Name of the asset in a folder Resources; without one the defaults hold.</summary>
        public const string AssetName = "MirageLSDSettings";

        [Tooltip("ZeroMQ address of the daemon.")]
        public string endpoint = LSDConnection.DefaultEndpoint;

        [Tooltip("Only if the daemon was started with --token.")]
        public string token = "";

        [Tooltip("Of a daemon on another machine: `mirage-lsd keygen` makes the three keys.")]
        public string serverPublicKey = "";
        public string clientPublicKey = "";

        [Tooltip("Lies in the project as plain text: use a key of its own for each project.")]
        public string clientSecretKey = "";

        public static LSDConnection Connection
        {
            get
            {
                var settings = Resources.Load<LSDSettings>(AssetName);
                var connection = new LSDConnection { Name = Application.productName };
                if (settings == null) return connection;
                connection.Endpoint = settings.endpoint;
                connection.Token = settings.token;
                connection.ServerPublicKey = settings.serverPublicKey;
                connection.ClientPublicKey = settings.clientPublicKey;
                connection.ClientSecretKey = settings.clientSecretKey;
                return connection;
            }
        }
    }
}
