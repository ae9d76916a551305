using System;

// Graphics: Packages/com.unity.render-pipelines.core/Runtime/RenderGraph/*.cs, as of version 17
namespace UnityEngine.Rendering.RenderGraphModule
{
    [Flags]
    public enum AccessFlags
    {
        None = 0,
        Read = 1,
        Write = 2,
        ReadWrite = 3,
    }

    // RenderGraphResourceTexture.cs
    public struct TextureHandle
    {
        internal Texture Texture;

        public static TextureHandle nullHandle => new TextureHandle();

        public bool IsValid()
        {
            return Texture != null;
        }

        public static implicit operator RenderTargetIdentifier(TextureHandle texture)
        {
            return texture.Texture;
        }
    }

    // RenderGraph.cs
    public delegate void BaseRenderFunc<PassData, ContextType>(PassData data, ContextType renderGraphContext) where PassData : class, new();

    public class UnsafeGraphContext
    {
        public UnsafeCommandBuffer cmd = new UnsafeCommandBuffer();
    }

    // IRenderGraphBuilder.cs
    public interface IUnsafeRenderGraphBuilder : IDisposable
    {
        void AllowPassCulling(bool value);
        void AllowGlobalStateModification(bool value);
        void UseTexture(TextureHandle input, AccessFlags flags);
        void SetRenderFunc<PassData>(BaseRenderFunc<PassData, UnsafeGraphContext> renderFunc) where PassData : class, new();
    }

    // RenderGraph.cs
    public class RenderGraph
    {
        internal Action Recorded;

        public IUnsafeRenderGraphBuilder AddUnsafePass<PassData>(string passName, out PassData passData) where PassData : class, new()
        {
            passData = new PassData();
            return new Builder { Graph = this, Data = passData };
        }

        private sealed class Builder : IUnsafeRenderGraphBuilder
        {
            public RenderGraph Graph;
            public object Data;

            public void AllowPassCulling(bool value)
            {
            }

            public void AllowGlobalStateModification(bool value)
            {
            }

            public void UseTexture(TextureHandle input, AccessFlags flags)
            {
                if (!input.IsValid()) throw new ArgumentException("Trying to use an invalid texture.");
            }

            public void SetRenderFunc<PassData>(BaseRenderFunc<PassData, UnsafeGraphContext> renderFunc) where PassData : class, new()
            {
                var data = (PassData)Data;
                Graph.Recorded += () =>
                {
                    var context = new UnsafeGraphContext();
                    renderFunc(data, context);
                    context.cmd.Native.Execute(StandIn.Game.Rendering);
                    context.cmd.Native.Dispose();
                };
            }

            public void Dispose()
            {
            }
        }
    }
}

namespace UnityEngine.Rendering
{
    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/CommandBuffers/UnsafeCommandBuffer.cs
    public class UnsafeCommandBuffer
    {
        internal readonly CommandBuffer Native = new CommandBuffer();
    }

    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/CommandBuffers/CommandBufferHelpers.cs
    public struct CommandBufferHelpers
    {
        public static CommandBuffer GetNativeCommandBuffer(UnsafeCommandBuffer baseBuffer)
        {
            return baseBuffer.Native;
        }
    }

    // Graphics: Packages/com.unity.render-pipelines.core/Runtime/Common/ContextContainer.cs
    public class ContextContainer
    {
        internal object[] Items;

        public T Get<T>()
        {
            return (T)System.Array.Find(Items, item => item is T);
        }
    }
}
