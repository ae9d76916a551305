namespace MirageLSD
{
    // The enumerations of lsd/lsd.h.

    internal static class NativeStatus
    {
        public const int Ok = 0;
        public const int Nothing = 1;
    }

    internal static class NativeSlotFlags
    {
        public const int HasStrength = 1;
        public const int HasTransform = 2;
        public const int HasPrevious = 4;
    }

    internal enum NativeClientState
    {
        Connecting = 0,
        Ready = 1,
        Refused = 2,
    }

    internal enum NativeStreamState
    {
        Pending = 0,
        Open = 1,
        Failed = 2,
        Closed = 3,
    }

    internal enum NativePlane
    {
        Color = 0,
        Depth = 1,
        Motion = 2,
        Normal = 3,
        Ids = 4,
    }

    internal enum NativeFormat
    {
        Rgba8 = 0,
        Bgra8 = 1,
        R32F = 3,
        Rg16F = 4,
        R8 = 5,
        Context = 6,
    }
}
