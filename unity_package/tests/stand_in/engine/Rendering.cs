using System;
using System.Collections.Generic;
using StandIn;
using Unity.Collections;

namespace UnityEngine
{
    // Runtime/Export/Shaders/Shader.bindings.cs, Shader.cs
    public sealed class Shader : Object
    {
        private static readonly Dictionary<string, int> Ids = new Dictionary<string, int>();

        public bool isSupported { get; internal set; } = true;

        public static int PropertyToID(string name)
        {
            int id;
            if (!Ids.TryGetValue(name, out id)) Ids[name] = id = Ids.Count + 1;
            return id;
        }

        internal static string NameOf(int id)
        {
            foreach (var pair in Ids)
                if (pair.Value == id) return pair.Key;
            throw new KeyNotFoundException();
        }
    }

    // Runtime/Export/Shaders/Shader.bindings.cs, Material.cs
    public class Material : Object
    {
        internal readonly Dictionary<int, Vector4> Vectors = new Dictionary<int, Vector4>();
        internal readonly Dictionary<int, Matrix4x4> Matrices = new Dictionary<int, Matrix4x4>();
        internal readonly HashSet<string> Keywords = new HashSet<string>();

        internal readonly Dictionary<int, Vector4[]> Arrays = new Dictionary<int, Vector4[]>();
        internal readonly Dictionary<int, GraphicsBuffer> Buffers = new Dictionary<int, GraphicsBuffer>();
        internal readonly Dictionary<int, Texture> Textures = new Dictionary<int, Texture>();

        public Material(Shader shader)
        {
            this.shader = shader;
        }

        public Shader shader { get; }
        public Texture mainTexture { get; set; }

        public void SetVector(int nameID, Vector4 value)
        {
            Vectors[nameID] = value;
        }

        public void SetVectorArray(int nameID, Vector4[] values)
        {
            // Longer ones are cut, with a warning; shorter ones than the first fix the length for good.
            if (values.Length > 1023) throw new ArgumentException("Unity's arrays of vectors have 1023 elements at most.");
            Arrays[nameID] = (Vector4[])values.Clone();
        }

        public void SetConstantBuffer(int nameID, GraphicsBuffer value, int offset, int size)
        {
            if (value.target != GraphicsBuffer.Target.Constant) throw new ArgumentException("The buffer was not made for constants.");
            if (offset + size > value.Bytes.Length) throw new ArgumentException("The buffer is smaller.");
            Buffers[nameID] = value;
        }

        public void SetTexture(int nameID, Texture value)
        {
            Textures[nameID] = value;
        }

        public void SetMatrix(int nameID, Matrix4x4 value)
        {
            Matrices[nameID] = value;
        }

        public void EnableKeyword(string keyword)
        {
            Keywords.Add(keyword);
        }

        public void DisableKeyword(string keyword)
        {
            Keywords.Remove(keyword);
        }
    }

    // Runtime/Export/Graphics/GraphicsBuffer.bindings.cs
    public sealed class GraphicsBuffer : IDisposable
    {
        [Flags]
        public enum Target
        {
            Constant = 1 << 9,
        }

        internal readonly byte[] Bytes;
        internal bool IsDisposed;

        public GraphicsBuffer(Target target, int count, int stride)
        {
            if ((target & Target.Constant) != 0 && count * stride > SystemInfo.maxConstantBufferSize) throw new ArgumentException("Too large.");
            this.target = target;
            Bytes = new byte[count * stride];
            Game.CommandBuffers++; // counted with them: it is the same kind of leak
        }

        public Target target { get; }

        public void SetData(Array data)
        {
            if (IsDisposed) throw new ObjectDisposedException("GraphicsBuffer");
            if (System.Buffer.ByteLength(data) > Bytes.Length) throw new ArgumentException("More data than the buffer has room for.");
            System.Buffer.BlockCopy(data, 0, Bytes, 0, System.Buffer.ByteLength(data));
        }

        public void Dispose()
        {
            if (!IsDisposed) Game.CommandBuffers--;
            IsDisposed = true;
        }
    }

    // Runtime/Export/Graphics/Graphics.cs, Graphics.bindings.cs
    public class Graphics
    {
        public static void Blit(Texture source, RenderTexture dest)
        {
            dest.Create();
            Gpu.Copy(source, dest);
            RenderTexture.active = dest;
        }

        public static void ExecuteCommandBuffer(Rendering.CommandBuffer buffer)
        {
            buffer.Execute(null);
        }
    }

    // Runtime/Export/Graphics/GraphicsEnums.cs
    public enum MeshTopology
    {
        Triangles = 0,
    }

    // Runtime/Export/Graphics/GraphicsEnums.cs
    public enum LightType
    {
        Spot = 0,
        Directional = 1,
    }

    // Runtime/Export/Graphics/GraphicsRenderers.bindings.cs
    public class Renderer : Component
    {
        public bool enabled { get; set; } = true;
        public Material material { get; set; } = new Material(new Shader());
        public Material[] sharedMaterials => new[] { material };

        /// <summary>Not Unity's: the thing is drawn as a box of this size around its transform, seen flat.</summary>
        internal float Size = 1f;
    }

    // Runtime/Export/Graphics/Light.bindings.cs
    public sealed class Light : Behaviour
    {
        public LightType type { get; set; }
        public Color color { get; set; } = Color.white;
        public float intensity { get; set; } = 1f;
        public bool useColorTemperature { get; set; }
        public float colorTemperature { get; set; } = 6500f;
    }
}

namespace UnityEngine
{
    // Runtime/Export/Graphics/GL.bindings.cs
    public sealed class GL
    {
        /// <summary>Direct3D's: z from 0 to 1, reversed where the device says so, y turned for render textures.</summary>
        public static Matrix4x4 GetGPUProjectionMatrix(Matrix4x4 proj, bool renderIntoTexture)
        {
            for (var column = 0; column < 4; column++)
            {
                if (renderIntoTexture && SystemInfo.graphicsUVStartsAtTop) proj[1, column] = -proj[1, column];
                if (!SystemInfo.usesReversedZBuffer) continue;
                proj[2, column] = proj[3, column] * 0.5f - proj[2, column] * 0.5f;
            }
            return proj;
        }
    }
}

namespace UnityEngine.Rendering
{
    // Runtime/Export/Graphics/GraphicsEnums.cs
    public enum CameraEvent
    {
        AfterEverything = 20,
    }

    [System.Flags]
    public enum CopyTextureSupport
    {
        None = 0,
        Basic = 1,
    }

    public enum RenderBufferLoadAction
    {
        Load = 0,
        Clear = 1,
        DontCare = 2,
    }

    public enum RenderBufferStoreAction
    {
        Store = 0,
        DontCare = 3,
    }

    public enum BuiltinRenderTextureType
    {
        PropertyName = -4,
        BindableTexture = -1,
        None = 0,
        CurrentActive = 1,
        CameraTarget = 2,
    }

    public struct RenderTargetIdentifier
    {
        internal BuiltinRenderTextureType Type;
        internal int NameId;
        internal Texture Texture;

        public static implicit operator RenderTargetIdentifier(BuiltinRenderTextureType type)
        {
            return new RenderTargetIdentifier { Type = type };
        }

        public static implicit operator RenderTargetIdentifier(int nameID)
        {
            return new RenderTargetIdentifier { Type = BuiltinRenderTextureType.PropertyName, NameId = nameID };
        }

        public static implicit operator RenderTargetIdentifier(Texture tex)
        {
            return new RenderTargetIdentifier { Type = BuiltinRenderTextureType.BindableTexture, Texture = tex };
        }
    }

    // Runtime/Export/Graphics/RenderingCommandBuffer.bindings.cs, RenderingCommandBuffer.cs
    public class CommandBuffer : IDisposable
    {
        private readonly List<Action<Gpu>> _commands = new List<Action<Gpu>>();
        private bool _isReleased;

        public CommandBuffer()
        {
            Game.CommandBuffers++;
        }

        public string name { get; set; }

        public void Clear()
        {
            _commands.Clear();
        }

        public void Release()
        {
            Dispose();
        }

        public void Dispose()
        {
            if (!_isReleased) Game.CommandBuffers--;
            _isReleased = true;
        }

        public void GetTemporaryRT(int nameID, int width, int height, int depthBuffer, FilterMode filter)
        {
            _commands.Add(gpu => gpu.GetTemporary(nameID, width, height));
        }

        public void ReleaseTemporaryRT(int nameID)
        {
            _commands.Add(gpu => gpu.ReleaseTemporary(nameID));
        }

        public void Blit(RenderTargetIdentifier source, RenderTargetIdentifier dest)
        {
            _commands.Add(gpu => Gpu.Copy(gpu.Find(source), gpu.Find(dest)));
        }

        public void CopyTexture(RenderTargetIdentifier src, RenderTargetIdentifier dst)
        {
            _commands.Add(gpu => Gpu.CopyTexels(gpu.Find(src), gpu.Find(dst)));
        }

        public void SetGlobalTexture(int nameID, RenderTargetIdentifier value)
        {
            _commands.Add(gpu => gpu.Globals[nameID] = gpu.Find(value));
        }

        public void SetRenderTarget(RenderTargetIdentifier rt, RenderBufferLoadAction loadAction, RenderBufferStoreAction storeAction)
        {
            _commands.Add(gpu =>
            {
                gpu.Target = gpu.Find(rt);
                gpu.Viewport = Vector2Int.zero;
            });
        }

        public void SetViewport(Rect pixelRect)
        {
            _commands.Add(gpu => gpu.Viewport = new Vector2Int((int)pixelRect.width, (int)pixelRect.height));
        }

        public void DrawProcedural(Matrix4x4 matrix, Material material, int shaderPass, MeshTopology topology, int vertexCount)
        {
            _commands.Add(gpu => gpu.Draw(material, shaderPass));
        }

        public void ClearRenderTarget(bool clearDepth, bool clearColor, Color backgroundColor)
        {
            _commands.Add(gpu => gpu.Clear());
        }

        public void SetGlobalMatrix(int nameID, Matrix4x4 value)
        {
            _commands.Add(gpu => gpu.Matrices[nameID] = value);
        }

        public void SetGlobalVector(int nameID, Vector4 value)
        {
            _commands.Add(gpu => gpu.Vectors[nameID] = value);
        }

        public void SetGlobalFloat(int nameID, float value)
        {
            _commands.Add(gpu => gpu.Vectors[nameID] = new Vector4(value, 0f, 0f, 0f));
        }

        public void DrawRenderer(Renderer renderer, Material material, int submeshIndex, int shaderPass)
        {
            _commands.Add(gpu => gpu.DrawFlat(renderer));
        }

        public void RequestAsyncReadbackIntoNativeArray<T>(
            ref NativeArray<T> output, Texture src, int mipIndex, Action<AsyncGPUReadbackRequest> callback) where T : struct
        {
            var target = output;
            _commands.Add(gpu => Readbacks.Request(target.Pointer, target.Length, src, callback));
        }

        internal Texture Execute(Camera camera)
        {
            if (_isReleased) throw new ObjectDisposedException("CommandBuffer " + name);
            var gpu = new Gpu(camera);
            foreach (var command in _commands) command(gpu);
            gpu.RequireNoTemporaries();
            return gpu.Target;
        }
    }

    // Runtime/Export/Graphics/AsyncGPUReadback.bindings.cs
    public struct AsyncGPUReadbackRequest
    {
        internal bool Failed;

        public bool done => true;
        public bool hasError => Failed;
    }

    // Runtime/Export/Graphics/AsyncGPUReadback.bindings.cs
    public static class AsyncGPUReadback
    {
        public static void WaitAllRequests()
        {
            Readbacks.FinishAll();
        }
    }

    // Runtime/Export/RenderPipeline/RenderPipelineAsset.cs
    public abstract class RenderPipelineAsset : ScriptableObject
    {
    }

    // Runtime/Export/Graphics/GraphicsSettings.bindings.cs
    public sealed class GraphicsSettings
    {
        public static RenderPipelineAsset currentRenderPipeline { get; internal set; }
        public static bool lightsUseLinearIntensity { get; set; }
        public static bool lightsUseColorTemperature { get; set; }

        /// <summary>Not Unity's: what a pipeline has put into the project's graphics settings.</summary>
        internal static readonly List<object> PipelineSettings = new List<object>();

        public static T GetRenderPipelineSettings<T>() where T : class
        {
            foreach (var settings in PipelineSettings)
                if (settings is T) return (T)settings;
            return null;
        }
    }

    // Runtime/Export/RenderPipeline/ScriptableRenderContext.cs
    public struct ScriptableRenderContext
    {
        /// <summary>Not Unity's: what the newest command buffer left bound.</summary>
        internal static Texture LastTarget;

        public void ExecuteCommandBuffer(CommandBuffer commandBuffer)
        {
            LastTarget = commandBuffer.Execute(Game.Rendering);
        }
    }

    // Runtime/Export/RenderPipeline/RenderPipelineManager.cs
    public static class RenderPipelineManager
    {
        public static event Action<ScriptableRenderContext, Camera> beginCameraRendering;

        internal static void Begin(Camera camera)
        {
            var listeners = beginCameraRendering;
            if (listeners != null) listeners(new ScriptableRenderContext(), camera);
        }

        internal static int Listeners => beginCameraRendering == null ? 0 : beginCameraRendering.GetInvocationList().Length;
    }
}
