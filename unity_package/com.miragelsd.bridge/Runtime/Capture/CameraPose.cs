using UnityEngine;

namespace MirageLSD
{
    /// <summary>A camera as it was when a frame was rendered, in Unity's conventions.</summary>
    internal struct CameraPose
    {
        public Matrix4x4 View;
        public Matrix4x4 Projection;
        public Matrix4x4 SteadyProjection; // without the jitter of temporal anti-aliasing
        public Vector3 Position;
        public Vector3 Forward;
        public float Near, Far;
        public bool IsOrthographic;

        public static CameraPose Of(Camera camera)
        {
            var transform = camera.transform;
            return new CameraPose
            {
                View = camera.worldToCameraMatrix,
                Projection = camera.projectionMatrix,
                SteadyProjection = camera.nonJitteredProjectionMatrix,
                Position = transform.position,
                Forward = transform.forward,
                Near = camera.nearClipPlane,
                Far = camera.farClipPlane,
                IsOrthographic = camera.orthographic,
            };
        }

        public Matrix4x4 ClipFromWorld => SteadyProjection * View;

        public unsafe NativeCamera ToProtocol(int width, int height)
        {
            var camera = new NativeCamera { near_plane = Near, far_plane = Far };
            var view = CameraConventions.ViewToProtocol(View);
            for (var i = 0; i < 16; i++)
            {
                camera.view[i] = view[i / 4, i % 4];
                camera.projection[i] = Projection[i / 4, i % 4];
            }
            var jitter = CameraConventions.JitterPixels(Projection, SteadyProjection, width, height);
            camera.jitter[0] = jitter.x;
            camera.jitter[1] = jitter.y;
            return camera;
        }
    }
}
