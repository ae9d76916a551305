using System;
using System.Runtime.InteropServices;
using System.Text;

namespace MirageLSD
{
    /// <summary>UTF-8 on the way into the native core and back.</summary>
    internal static unsafe class NativeText
    {
        // Sentences of the core are shorter; a longer one is cut.
        private const int Capacity = 1024;

        public delegate UIntPtr Reader(IntPtr handle, byte* buffer, UIntPtr capacity);

        /// <summary>Zero-terminated bytes; empty text gives null, which the core reads as "not set".</summary>
        public static byte[] Bytes(string text)
        {
            return string.IsNullOrEmpty(text) ? null : Encoding.UTF8.GetBytes(text + "\0");
        }

        /// <summary>Unmanaged copy for a structure's field; the caller frees it. Empty text gives zero.</summary>
        public static IntPtr Allocate(string text)
        {
            var bytes = Bytes(text);
            if (bytes == null) return IntPtr.Zero;
            var pointer = Marshal.AllocHGlobal(bytes.Length);
            Marshal.Copy(bytes, 0, pointer, bytes.Length);
            return pointer;
        }

        public static string Read(IntPtr text)
        {
            if (text == IntPtr.Zero) return "";
            var length = 0;
            while (Marshal.ReadByte(text, length) != 0) length++;
            return Encoding.UTF8.GetString((byte*)text, length);
        }

        public static string Read(Reader reader, IntPtr handle)
        {
            var buffer = stackalloc byte[Capacity];
            reader(handle, buffer, (UIntPtr)Capacity);
            return Read((IntPtr)buffer);
        }
    }
}
