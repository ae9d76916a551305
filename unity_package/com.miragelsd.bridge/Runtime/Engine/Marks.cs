using Unity.Profiling;

namespace MirageLSD
{
    /// <summary>What the Profiler shows: capture, shading, late reprojection and upload as markers, the latency as a counter.</summary>
    internal static class Marks
    {
        public static readonly ProfilerMarker Capture = new ProfilerMarker("MirageLSD.Capture");
        public static readonly ProfilerMarker Shade = new ProfilerMarker("MirageLSD.Shade");
        public static readonly ProfilerMarker Reproject = new ProfilerMarker("MirageLSD.Reproject");
        public static readonly ProfilerMarker Upload = new ProfilerMarker("MirageLSD.Upload");

#if MIRAGELSD_PROFILING_CORE
        private static readonly ProfilerCounter<float> Latency =
            new ProfilerCounter<float>(ProfilerCategory.Render, "MirageLSD latency (ms)", ProfilerMarkerDataUnit.Undefined);
#endif

        public static void SetLatency(float milliseconds)
        {
#if MIRAGELSD_PROFILING_CORE
            Latency.Sample(milliseconds);
#endif
        }
    }
}
