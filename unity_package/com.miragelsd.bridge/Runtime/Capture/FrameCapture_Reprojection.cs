namespace MirageLSD
{
    /// <summary>The results of earlier frames, carried to this one.</summary>
    internal sealed partial class FrameCapture
    {
        /// <summary>The results are carried to each frame of the camera: of a stream of pictures with depth. Off, nothing is kept.</summary>
        public bool Reprojects
        {
            set
            {
                if (value == (Reprojector != null)) return;
                Reprojector?.Dispose();
                Reprojector = value ? new Reprojector(_format) : null;
            }
        }

        /// <summary>Null while it is off.</summary>
        public Reprojector Reprojector { get; private set; }

        private bool IsReprojecting => Shown != null && Reprojector != null && Reprojector.IsReady;
    }
}
