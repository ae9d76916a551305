using UnityEngine;

namespace MirageLSD
{
    /// <summary>Tells a camera cut from a movement: nobody walks ten metres or turns sixty degrees within one frame.</summary>
    internal sealed class CameraCut
    {
        public float Metres = 10f;
        public float Degrees = 60f;

        private Camera _camera;
        private CameraPose _last;

        /// <summary>True in the first frame after a cut; not in the very first one, which has no history to forget.</summary>
        public bool Look(Camera camera, CameraPose pose)
        {
            var isCut = !ReferenceEquals(_camera, null) &&
                        (!ReferenceEquals(_camera, camera) || (pose.Position - _last.Position).magnitude > Metres ||
                         Vector3.Angle(pose.Forward, _last.Forward) > Degrees);
            _camera = camera;
            _last = pose;
            return isCut;
        }
    }
}
