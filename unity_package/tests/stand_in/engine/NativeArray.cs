using System;
using System.Runtime.InteropServices;
using StandIn;
using Unity.Collections.LowLevel.Unsafe;

namespace Unity.Collections
{
    // Runtime/Export/NativeArray/NativeArray.cs
    public enum NativeArrayOptions
    {
        UninitializedMemory = 0,
        ClearMemory = 1,
    }

    // Runtime/Export/Collections/NativeCollectionEnums.bindings.cs
    public enum Allocator
    {
        Invalid = 0,
        None = 1,
        Temp = 2,
        TempJob = 3,
        Persistent = 4,
    }

    // Runtime/Export/NativeArray/NativeArray.cs
    public unsafe struct NativeArray<T> : IDisposable where T : struct
    {
        internal IntPtr Pointer;
        private int _length;

        public NativeArray(int length, Allocator allocator, NativeArrayOptions options = NativeArrayOptions.ClearMemory)
        {
            _length = length;
            Pointer = Marshal.AllocHGlobal(length * Marshal.SizeOf(typeof(T)));
            Marshal.Copy(new byte[length * Marshal.SizeOf(typeof(T))], 0, Pointer, length * Marshal.SizeOf(typeof(T)));
            Game.NativeArrays++;
        }

        public int Length => _length;
        public bool IsCreated => Pointer != IntPtr.Zero;

        public void Dispose()
        {
            if (!IsCreated) throw new ObjectDisposedException("The NativeArray has been disposed, or was never made.");
            Marshal.FreeHGlobal(Pointer);
            Pointer = IntPtr.Zero;
            Game.NativeArrays--;
        }

        public void CopyFrom(NativeArray<T> array)
        {
            if (array.Length != Length) throw new ArgumentException("source and destination length must be the same");
            UnsafeUtility.MemCpy((void*)Pointer, (void*)array.Pointer, (long)Length * Marshal.SizeOf(typeof(T)));
        }

        public void CopyFrom(T[] array)
        {
            if (array.Length != Length) throw new ArgumentException("source and destination length must be the same");
            Marshal.Copy((byte[])(object)array, 0, Pointer, Length);
        }

        public void CopyTo(T[] array)
        {
            if (array.Length != Length) throw new ArgumentException("source and destination length must be the same");
            Marshal.Copy(Pointer, (byte[])(object)array, 0, Length);
        }
    }
}

namespace Unity.Collections.LowLevel.Unsafe
{
    // Runtime/Export/NativeArray/NativeArray.cs
    public static unsafe class NativeArrayUnsafeUtility
    {
        public static void* GetUnsafePtr<T>(this NativeArray<T> nativeArray) where T : struct
        {
            if (!nativeArray.IsCreated) throw new ObjectDisposedException("NativeArray");
            return (void*)nativeArray.Pointer;
        }
    }

    // Runtime/Export/Unsafe/UnsafeUtility.bindings.cs
    public static unsafe class UnsafeUtility
    {
        public static void MemCpy(void* destination, void* source, long size)
        {
            Buffer.MemoryCopy(source, destination, size, size);
        }
    }
}
