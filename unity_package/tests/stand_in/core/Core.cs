using System.Collections.Generic;

namespace UnityEngine.Rendering
{
    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/Textures/RTHandle.cs, RTHandleSystem.cs
    public struct RTHandleProperties
    {
        public Vector4 rtHandleScale;
    }

    public class RTHandle
    {
        internal Texture Texture;
        internal Vector4 Scale = new Vector4(1f, 1f, 1f, 1f);

        public RenderTargetIdentifier nameID => Texture;
        public RTHandleProperties rtHandleProperties => new RTHandleProperties { rtHandleScale = Scale };
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
}
