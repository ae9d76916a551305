using System;
using Unity.Collections.LowLevel.Unsafe;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD
{
    /// <summary>A captured frame as late reprojection keeps it: while it is under way its depth and places, then its result as well.</summary>
    internal sealed unsafe class KeyFrame : IDisposable
    {
        private readonly MarkedThing[] _things = new MarkedThing[SlotTable.Most + 1];
        private readonly Matrix4x4[] _places = new Matrix4x4[SlotTable.Most + 1];

        /// <summary>What tells frames apart: the core gives it back with the result.</summary>
        public long CaptureTime { get; private set; }

        /// <summary>Of the protocol's world, without jitter: so is the picture.</summary>
        public Matrix4x4 ClipFromWorld { get; private set; }

        /// <summary>Metres, row 0 is the top.</summary>
        public RenderTexture Depth { get; private set; }

        /// <summary>Encoded as sRGB, row 0 is the top.</summary>
        public Texture2D Color { get; private set; }

        public void Record(CommandBuffer commands, long captureTime, RenderTexture depth, CameraPose pose, SlotTable slots)
        {
            CaptureTime = captureTime;
            ClipFromWorld = pose.SteadyProjection * CameraConventions.ViewToProtocol(pose.View);
            Array.Clear(_things, 0, _things.Length);
            foreach (var thing in slots.Things)
            {
                _things[thing.Slot] = thing;
                _places[thing.Slot] = thing.Current;
            }
            if (Depth == null)
                Depth = new RenderTexture(depth.width, depth.height, 0, depth.format, RenderTextureReadWrite.Linear)
                {
                    name = "MirageLSD key depth", hideFlags = HideFlags.HideAndDontSave,
                };
            if (!Depth.IsCreated()) Depth.Create();
            commands.CopyTexture(depth, Depth);
        }

        public void Take(ref NativeResult result)
        {
            var format = result.format == (int)NativeFormat.Bgra8 ? TextureFormat.BGRA32 : TextureFormat.RGBA32;
            if (Color == null || Color.width != result.width || Color.height != result.height || Color.format != format)
            {
                Scrap.Destroy(Color);
                Color = new Texture2D(result.width, result.height, format, false, true)
                {
                    name = "MirageLSD key picture", hideFlags = HideFlags.HideAndDontSave,
                };
            }
            UnsafeUtility.MemCpy(Color.GetRawTextureData<byte>().GetUnsafePtr(), (void*)result.pixels, 4L * result.width * result.height);
            Color.Apply(false, false);
        }

        /// <summary>Takes a point of the thing, of now, to where it was in this frame, in the protocol's world.</summary>
        public Matrix4x4 ThenFromNow(MarkedThing thing)
        {
            if (!ReferenceEquals(_things[thing.Slot], thing)) return Matrix4x4.identity;
            return CameraConventions.TransformToProtocol(_places[thing.Slot] * thing.Current.inverse);
        }

        public void Dispose()
        {
            Scrap.Destroy(Depth);
            Scrap.Destroy(Color);
        }
    }
}
