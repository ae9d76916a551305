using System.Collections.Generic;

namespace UnityEngine.Rendering
{
    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/Textures/RTHandle.cs, RTHandleSystem.cs
    public struct RTHandleProperties
    {
        public Vector4 rtHandleScale;
        public Vector2Int currentViewportSize;
    }

    public class RTHandle
    {
        internal Texture Texture;
        internal Vector2Int Viewport;
        internal Vector4 Scale = new Vector4(1f, 1f, 1f, 1f);

        public RenderTargetIdentifier nameID => Texture;
        public RTHandleProperties rtHandleProperties => new RTHandleProperties { rtHandleScale = Scale, currentViewportSize = Viewport };
    }

    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/CommandBuffers/CommandBufferPool.cs
    public static class CommandBufferPool
    {
        public static CommandBuffer Get(string name)
        {
            return new CommandBuffer { name = name };
        }

        public static void Release(CommandBuffer buffer)
        {
            buffer.Dispose();
        }
    }

    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/Textures/TextureXR.cs
    public static class TextureXR
    {
        public static bool useTexArray => false;
    }

    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/Utilities/CoreUtils.cs
    public static class CoreUtils
    {
        public static void SetRenderTarget(CommandBuffer cmd, RTHandle buffer)
        {
            cmd.SetRenderTarget(buffer.nameID, RenderBufferLoadAction.Load, RenderBufferStoreAction.Store);
            // Textures that are larger than the picture: the part in use.
            cmd.SetViewport(new Rect(0f, 0f, buffer.Viewport.x, buffer.Viewport.y));
        }

        public static void SetRenderTarget(CommandBuffer cmd, RTHandle colorBuffer, RTHandle depthBuffer)
        {
            SetRenderTarget(cmd, colorBuffer);
        }
    }
}
