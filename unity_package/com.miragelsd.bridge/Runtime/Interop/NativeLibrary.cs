using System;

namespace MirageLSD
{
    /// <summary>Says in a sentence why the native core can't be used, before anything else of it is called.</summary>
    internal static class NativeLibrary
    {
        /// <summary>What the structures in NativeStructs.cs were written for. A minor version may change them before 1.0.</summary>
        public const string Expected = "0.1.";

        /// <exception cref="LSDException">It is missing, for another processor, or of another version.</exception>
        public static void Require()
        {
            if (!LSDStreamEngine.IsSupported)
                throw new LSDException(
                    "MirageLSD: the native library is there for Windows, Linux and macOS: on this platform the game runs without it; " +
                    "look at LSDStreamEngine.IsSupported.");
            var version = LoadVersion();
            if (version.StartsWith(Expected, StringComparison.Ordinal)) return;
            throw new LSDException(
                "MirageLSD: the native library is version " + version + ", this package needs " + Expected +
                "x: import the whole package again and restart the editor.");
        }

        private static string LoadVersion()
        {
            try
            {
                return NativeText.Read(Native.lsd_version());
            }
            catch (DllNotFoundException missing)
            {
                throw new LSDException(
                    "MirageLSD: the native library 'lsd' is not there for this platform: import the whole package again " +
                    "(Windows, Linux x64 and macOS are inside).", missing);
            }
            catch (EntryPointNotFoundException foreign)
            {
                throw new LSDException(
                    "MirageLSD: another library named 'lsd' is in the way of this package's: remove it from the project.",
                    foreign);
            }
            catch (BadImageFormatException wrong)
            {
                throw new LSDException(
                    "MirageLSD: the native library is for another processor: use a 64-bit editor and player.", wrong);
            }
        }
    }
}
