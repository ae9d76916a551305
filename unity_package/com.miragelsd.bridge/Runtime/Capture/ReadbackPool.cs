using System;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>A few slots, used in turn. No free one means that this frame is skipped, never that anybody waits.</summary>
    internal sealed class ReadbackPool : IDisposable
    {
        // A read back takes two or three engine frames.
        private const int Size = 4;
        // A command buffer that never ran (its camera was switched off in between) never answers.
        private const float StuckSeconds = 2f;
        // A paused editor has no frames in which an answer could come.
        private const int StuckFrames = 30;

        private readonly StreamFormat _format;
        private readonly ReadbackSlot[] _slots = new ReadbackSlot[Size];
        private int _next, _oldest;

        public ReadbackPool(StreamFormat format)
        {
            _format = format;
            for (var i = 0; i < Size; i++) _slots[i] = new ReadbackSlot(format);
        }

        /// <summary>A free slot, or null.</summary>
        public ReadbackSlot Take(double now)
        {
            var slot = _slots[_next];
            if (slot.IsBusy) return null;
            _next = (_next + 1) % Size;
            slot.Begin();
            slot.Started = now;
            return slot;
        }

        /// <summary>The oldest frame that has arrived, or null. Give it back with Free.</summary>
        public ReadbackSlot Arrived()
        {
            var slot = _slots[_oldest];
            if (!slot.IsComplete) return null;
            _oldest = (_oldest + 1) % Size;
            return slot;
        }

        /// <summary>True if a slot has waited for too long and the pool was emptied.</summary>
        public bool Unstick(double now)
        {
            var slot = _slots[_oldest];
            if (!slot.IsBusy || slot.IsComplete || ++slot.Waited < StuckFrames || now - slot.Started < StuckSeconds) return false;
            Dispose();
            for (var i = 0; i < Size; i++) _slots[i] = new ReadbackSlot(_format);
            _next = _oldest = 0;
            return true;
        }

        public void Dispose()
        {
            var isBusy = false;
            foreach (var slot in _slots) isBusy |= slot.IsBusy && !slot.IsComplete;
            if (isBusy) AsyncGPUReadback.WaitAllRequests();
            foreach (var slot in _slots) slot.Dispose();
        }
    }
}
