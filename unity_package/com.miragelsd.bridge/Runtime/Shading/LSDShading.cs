namespace MirageLSD
{
    /// <summary>Where the painted picture is made.</summary>
    public enum LSDShading
    {
        /// <summary>In the engine where graphics device and daemon can, else by the daemon.</summary>
        Automatic = 0,

        /// <summary>Each engine frame is painted by the engine itself, from its own depth: nothing lags behind the camera.</summary>
        Engine = 1,

        /// <summary>The daemon sends finished pictures.</summary>
        Daemon = 2,
    }
}
