namespace MirageLSD
{
    /// <summary>How the stream is doing. Rates over two seconds, latencies over the last 512 frames.</summary>
    public struct LSDStats
    {
        public bool IsConnected;

        /// <summary>Results per second.</summary>
        public float Fps;

        /// <summary>From the engine's picture to its result in the texture, milliseconds.</summary>
        public float LatencyMsP50, LatencyMsP95, LatencyMsMax;

        /// <summary>Network alone, milliseconds.</summary>
        public float RoundTripMs;

        /// <summary>Frames handed to the core, and results that came back.</summary>
        public long Submitted, Returned;

        /// <summary>Frames and results that were replaced by newer ones, or had no connection.</summary>
        public long Dropped;

        /// <summary>Engine frames that were not captured because the GPU was behind.</summary>
        public long Skipped;

        public long Reconnects;

        /// <summary>"shared memory", "inline" or "" while there is no stream.</summary>
        public string Transport;

        internal static LSDStats From(NativeStats stats, long skipped)
        {
            return new LSDStats
            {
                IsConnected = stats.client_state == (int)NativeClientState.Ready && stats.stream_state == (int)NativeStreamState.Open,
                Fps = stats.fps,
                LatencyMsP50 = stats.latency_ms_p50,
                LatencyMsP95 = stats.latency_ms_p95,
                LatencyMsMax = stats.latency_ms_max,
                RoundTripMs = stats.round_trip_ms,
                Submitted = stats.submitted,
                Returned = stats.returned,
                Dropped = stats.dropped_client + stats.dropped_results,
                Skipped = skipped,
                Reconnects = stats.reconnects,
                Transport = stats.transport == 2 ? "shared memory" : stats.transport == 1 ? "inline" : "",
            };
        }
    }
}
