using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using NUnit.Framework;
using StandIn;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>What this process holds, as the kernel and the stand-in count it.</summary>
    internal sealed class Leaks
    {
        private readonly int _threads = Threads(), _files = Files(), _rings = Rings();
        private readonly int _objects = Game.ObjectCount, _arrays = Game.NativeArrays, _buffers = Game.CommandBuffers;

        /// <summary>Nothing more than at the start; a few threads and files of mono's own come and go.</summary>
        public void RequireNone()
        {
            const int mono = 3;
            Assert.That(Threads(), Is.LessThanOrEqualTo(_threads + mono), "threads");
            Assert.That(Files(), Is.LessThanOrEqualTo(_files + mono), "files and sockets");
            Assert.That(Rings(), Is.LessThanOrEqualTo(_rings), "shared memory");
            Assert.That(Game.ObjectCount, Is.LessThanOrEqualTo(_objects), "Unity objects");
            Assert.That(Game.NativeArrays, Is.LessThanOrEqualTo(_arrays), "native arrays");
            Assert.That(Game.CommandBuffers, Is.LessThanOrEqualTo(_buffers), "command buffers");
        }

        private static int Threads()
        {
            return Directory.GetDirectories("/proc/self/task").Length;
        }

        private static int Files()
        {
            return Directory.GetFileSystemEntries("/proc/self/fd").Length;
        }

        private static int Rings()
        {
            var mine = "lsd-" + Process.GetCurrentProcess().Id + "-";
            return Directory.GetFiles("/dev/shm").Count(path => Path.GetFileName(path).StartsWith(mine, StringComparison.Ordinal));
        }
    }
}
