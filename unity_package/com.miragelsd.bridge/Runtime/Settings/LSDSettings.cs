using System;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>The project's connection, edited in Project Settings > MirageLSD and built into players. No secret is in it.</summary>
    public sealed class LSDSettings : ScriptableObject
    {
        /// <summary>Name of the asset in a folder Resources; without one the defaults hold.</summary>
        public const string AssetName = "MirageLSDSettings";

        /// <summary>Where a player has its token and its secret key from: the environment that it is started in.</summary>
        public const string TokenVariable = "MIRAGE_LSD_TOKEN", SecretKeyVariable = "MIRAGE_LSD_CLIENT_SECRET_KEY";

        [Tooltip("ZeroMQ address of the daemon.")]
        public string endpoint = LSDConnection.DefaultEndpoint;

        [Tooltip("Of a daemon on another machine: `mirage-lsd keygen` makes the three keys.")]
        public string serverPublicKey = "";
        public string clientPublicKey = "";

        /// <summary>Token and secret key that the editor keeps for its user; the environment's come first.</summary>
        internal static Func<string[]> Secrets = () => new[] { "", "" };

        public static LSDConnection Connection
        {
            get
            {
                var settings = Resources.Load<LSDSettings>(AssetName);
                var kept = Secrets();
                var connection = new LSDConnection
                {
                    Name = Application.productName,
                    Token = Environment.GetEnvironmentVariable(TokenVariable) ?? kept[0],
                };
                if (settings == null) return connection;
                connection.Endpoint = settings.endpoint;
                connection.ServerPublicKey = settings.serverPublicKey;
                connection.ClientPublicKey = settings.clientPublicKey;
                // The three keys go together; a secret key alone is that of another project or none.
                if (settings.clientPublicKey != "") connection.ClientSecretKey = Environment.GetEnvironmentVariable(SecretKeyVariable) ?? kept[1];
                return connection;
            }
        }
    }
}
