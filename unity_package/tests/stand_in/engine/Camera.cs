using System;
using System.Collections.Generic;
using StandIn;
using UnityEngine.Rendering;

namespace UnityEngine
{
    // Runtime/Export/Graphics/GraphicsEnums.cs
    [Flags]
    public enum DepthTextureMode
    {
        None = 0,
        Depth = 1,
        DepthNormals = 2,
        MotionVectors = 4,
    }

    // Runtime/Export/Camera/Camera.bindings.cs
    public sealed class Camera : Behaviour
    {
        internal readonly List<CommandBuffer> Buffers = new List<CommandBuffer>();

        private bool _hasOwnView, _hasOwnProjection;
        private Matrix4x4 _view, _projection;
        private Matrix4x4? _steady;

        public delegate void CameraCallback(Camera cam);

        public static CameraCallback onPreCull;
        public static CameraCallback onPreRender;

        public static Camera main
        {
            get
            {
                foreach (var thing in Game.Objects)
                {
                    var camera = thing as Camera;
                    if (camera != null && camera.isActiveAndEnabled && camera.gameObject.tag == "MainCamera") return camera;
                }
                return null;
            }
        }

        public float nearClipPlane { get; set; } = 0.3f;
        public float farClipPlane { get; set; } = 1000f;
        public float fieldOfView { get; set; } = 60f;
        public bool orthographic { get; set; }
        public float orthographicSize { get; set; } = 5f;
        public float aspect => (float)pixelWidth / pixelHeight;
        public bool forceIntoRenderTexture { get; set; }
        public DepthTextureMode depthTextureMode { get; set; }
        public int pixelWidth => Mathf.RoundToInt(Screen.width * rect.width);
        public int pixelHeight => Mathf.RoundToInt(Screen.height * rect.height);
        public bool stereoEnabled { get; internal set; }
        public Rect rect { get; set; } = new Rect(0f, 0f, 1f, 1f);
        public RenderTexture targetTexture { get; set; }

        public Matrix4x4 worldToCameraMatrix
        {
            get { return _hasOwnView ? _view : Poses.View(transform); }
            set
            {
                _view = value;
                _hasOwnView = true;
            }
        }

        public Matrix4x4 projectionMatrix
        {
            get { return _hasOwnProjection ? _projection : Lens; }
            set
            {
                _projection = value;
                _hasOwnProjection = true;
            }
        }

        public Matrix4x4 nonJitteredProjectionMatrix
        {
            get { return _steady ?? projectionMatrix; }
            set { _steady = value; }
        }

        public void AddCommandBuffer(CameraEvent evt, CommandBuffer buffer)
        {
            Buffers.Add(buffer);
        }

        public void RemoveCommandBuffer(CameraEvent evt, CommandBuffer buffer)
        {
            Buffers.Remove(buffer);
        }

        private Matrix4x4 Lens => orthographic
            ? Matrix4x4.Ortho(-orthographicSize * aspect, orthographicSize * aspect, -orthographicSize, orthographicSize, nearClipPlane, farClipPlane)
            : Matrix4x4.Perspective(fieldOfView, aspect, nearClipPlane, farClipPlane);
    }
}
