using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using UnityEngine;
using UnityEngine.Rendering;

namespace StandIn
{
    /// <summary>Asynchronous read backs: answered some frames later, as on a GPU.</summary>
    public static class Readbacks
    {
        /// <summary>Frames until an answer.</summary>
        public static int Delay = 2;

        /// <summary>A lost graphics device: every answer is an error.</summary>
        public static bool Fails;

        private static readonly List<Pending> Waiting = new List<Pending>();

        public static int Count => Waiting.Count;

        internal static void Request(IntPtr target, int bytes, Texture source, Action<AsyncGPUReadbackRequest> callback)
        {
            if (bytes != source.Bytes.Length) throw new ArgumentException("The array is not as large as the texture.");
            Waiting.Add(new Pending { Target = target, Bytes = (byte[])source.Bytes.Clone(), Callback = callback, Due = Game.Frames + Delay });
        }

        public static void Finish()
        {
            while (Waiting.Count > 0 && Waiting[0].Due <= Game.Frames) FinishFirst();
        }

        public static void FinishAll()
        {
            while (Waiting.Count > 0) FinishFirst();
        }

        private static void FinishFirst()
        {
            var request = Waiting[0];
            Waiting.RemoveAt(0);
            if (!Fails) Marshal.Copy(request.Bytes, 0, request.Target, request.Bytes.Length);
            request.Callback(new AsyncGPUReadbackRequest { Failed = Fails });
        }

        private sealed class Pending
        {
            public IntPtr Target;
            public byte[] Bytes;
            public Action<AsyncGPUReadbackRequest> Callback;
            public int Due;
        }
    }
}
