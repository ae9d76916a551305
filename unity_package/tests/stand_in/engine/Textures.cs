using System;
using StandIn;
using Unity.Collections;

namespace UnityEngine
{
    // Runtime/Export/Graphics/Texture.bindings.cs, Texture.cs
    public class Texture : Object
    {
        internal byte[] Bytes;
        internal PixelFormat Pixels;

        public virtual int width { get; set; }
        public virtual int height { get; set; }
        public virtual bool isReadable => true;
        public int mipmapCount => 1;
        public bool isDataSRGB => Pixels.IsSrgb;
        public FilterMode filterMode { get; set; }

        internal void Allocate(int newWidth, int newHeight, PixelFormat format)
        {
            width = newWidth;
            height = newHeight;
            Pixels = format;
            Bytes = new byte[newWidth * newHeight * format.BytesPerPixel];
        }
    }

    // Runtime/Export/Graphics/Texture.cs
    public sealed class Texture2D : Texture
    {
        private NativeArray<byte> _raw;

        public Texture2D(int width, int height) : this(width, height, TextureFormat.RGBA32, true, false)
        {
        }

        public Texture2D(int width, int height, TextureFormat textureFormat, bool mipChain)
            : this(width, height, textureFormat, mipChain, false)
        {
        }

        public Texture2D(int width, int height, TextureFormat textureFormat, bool mipChain, bool linear)
        {
            format = textureFormat;
            Allocate(width, height, PixelFormat.Of(textureFormat, !linear));
            _raw = new NativeArray<byte>(Bytes.Length, Allocator.Persistent, NativeArrayOptions.ClearMemory);
        }

        public static Texture2D blackTexture
        {
            get { return new Texture2D(4, 4, TextureFormat.RGBA32, false); }
        }

        public TextureFormat format { get; }
        public override bool isReadable => IsReadable;

        internal bool IsReadable = true;

        public NativeArray<T> GetRawTextureData<T>() where T : struct
        {
            if (typeof(T) != typeof(byte)) throw new NotSupportedException();
            return (NativeArray<T>)(object)_raw;
        }

        public void Apply(bool updateMipmaps, bool makeNoLongerReadable)
        {
            _raw.CopyTo(Bytes);
        }

        public void ReadPixels(Rect source, int destX, int destY, bool recalculateMipMaps)
        {
            var active = RenderTexture.active;
            if (active.Bytes.Length != Bytes.Length) throw new NotSupportedException();
            _raw.CopyFrom(active.Bytes);
        }

        internal override void OnObjectDestroyed()
        {
            _raw.Dispose();
        }
    }

    // Runtime/Export/Graphics/Texture.bindings.cs, Texture.cs
    public class RenderTexture : Texture
    {
        private bool _isCreated;

        public RenderTexture(int width, int height, int depth) : this(width, height, depth, RenderTextureFormat.Default)
        {
        }

        public RenderTexture(int width, int height, int depth, RenderTextureFormat format)
            : this(width, height, depth, format, RenderTextureReadWrite.Default)
        {
        }

        public RenderTexture(int width, int height, int depth, RenderTextureFormat format, RenderTextureReadWrite readWrite)
        {
            var isSrgb = readWrite == RenderTextureReadWrite.sRGB ||
                         readWrite == RenderTextureReadWrite.Default && QualitySettings.activeColorSpace == ColorSpace.Linear;
            this.format = format;
            Allocate(width, height, PixelFormat.Of(format, isSrgb));
        }

        public static RenderTexture active { get; set; }

        public RenderTextureFormat format { get; }

        public bool Create()
        {
            if (!_isCreated) Array.Clear(Bytes, 0, Bytes.Length);
            _isCreated = true;
            return true;
        }

        public void Release()
        {
            _isCreated = false;
        }

        public bool IsCreated()
        {
            return _isCreated;
        }
    }

    // Modules/Audio/Public/ScriptBindings/UnityEngineWebCamTexture.bindings.cs
    public sealed class WebCamTexture : Texture
    {
        public WebCamTexture(int requestedWidth, int requestedHeight)
        {
            Allocate(requestedWidth, requestedHeight, PixelFormat.Of(TextureFormat.RGBA32, true));
        }

        public bool isPlaying { get; private set; }

        public void Play()
        {
            isPlaying = true;
        }

        public void Stop()
        {
            isPlaying = false;
        }
    }

    // Runtime/Export/Graphics/RenderTextureDescriptor.cs
    public struct RenderTextureDescriptor
    {
        public int width { get; set; }
        public int height { get; set; }
    }

    // Runtime/Export/Graphics/GraphicsEnums.cs
    public enum FilterMode
    {
        Point = 0,
        Bilinear = 1,
        Trilinear = 2,
    }

    public enum ColorSpace
    {
        Uninitialized = -1,
        Gamma = 0,
        Linear = 1,
    }

    public enum TextureFormat
    {
        RGB24 = 3,
        RGBA32 = 4,
        ARGB32 = 5,
        DXT1 = 10,
        BGRA32 = 14,
        RGHalf = 16,
        RGBAHalf = 17,
        RFloat = 18,
        RGBAFloat = 20,
        R8 = 63,
    }

    public enum RenderTextureFormat
    {
        ARGB32 = 0,
        ARGBHalf = 2,
        Default = 7,
        ARGBFloat = 11,
        RGHalf = 13,
        RFloat = 14,
        R8 = 16,
    }

    public enum RenderTextureReadWrite
    {
        Default = 0,
        Linear = 1,
        sRGB = 2,
    }
}
