using System;
using System.Collections.Generic;
using StandIn;

namespace UnityEngine
{
    // Runtime/Export/Application/Application.cs, Application.bindings.cs
    public class Application
    {
        public static event Action quitting;

        public static bool isPlaying => Game.IsPlaying;
        public static string productName => "Stand-in game";
        public static string dataPath { get; set; } = "/tmp/stand-in/Assets";
        public static RuntimePlatform platform { get; set; } = RuntimePlatform.LinuxEditor;

        internal static void Quit()
        {
            var listeners = quitting;
            if (listeners != null) listeners();
        }

        internal static int QuitListeners => quitting == null ? 0 : quitting.GetInvocationList().Length;
    }

    // Runtime/Export/BaseClass.cs
    public enum RuntimePlatform
    {
        OSXEditor = 0,
        WindowsEditor = 7,
        LinuxEditor = 16,
    }

    // Runtime/Export/Debug/Debug.bindings.cs
    public class Debug
    {
        public static void Log(object message)
        {
            Game.Console.Add("log: " + message);
        }

        public static void LogWarning(object message)
        {
            Game.Console.Add("warning: " + message);
        }

        public static void LogError(object message)
        {
            Game.Console.Add("error: " + message);
        }

        public static void LogException(Exception exception)
        {
            Game.Console.Add("exception: " + exception.Message);
        }
    }

    // Runtime/Export/Time/Time.bindings.cs
    public class Time
    {
        public static float realtimeSinceStartup => (float)Game.Seconds;
        public static double realtimeSinceStartupAsDouble => Game.Seconds;
        public static float deltaTime => 1f / 60f;
        public static float unscaledTime => (float)Game.Seconds;
    }

    // Runtime/Export/Resources/Resources.bindings.cs
    public sealed class Resources
    {
        public static T Load<T>(string path) where T : Object
        {
            Object found;
            return Game.Resources.TryGetValue(path, out found) ? found as T : null;
        }
    }

    // Runtime/Export/Graphics/GraphicsManagers.bindings.cs
    public sealed class QualitySettings
    {
        public static ColorSpace activeColorSpace { get; internal set; }
    }

    // Runtime/Export/Graphics/GraphicsManagers.bindings.cs
    public sealed class RenderSettings
    {
        public static Light sun { get; set; }
    }

    // Runtime/Export/SystemInfo/SystemInfo.bindings.cs
    public sealed class SystemInfo
    {
        public static bool supportsAsyncGPUReadback { get; internal set; } = true;
        public static bool supportsMotionVectors { get; internal set; } = true;
        public static bool usesReversedZBuffer { get; internal set; } = true;
        public static bool graphicsUVStartsAtTop { get; internal set; } = true;

        public static int graphicsShaderLevel { get; internal set; } = 50;
        public static bool supportsSetConstantBuffer { get; internal set; } = true;
        public static int maxConstantBufferSize { get; internal set; } = 65536;

        public static Rendering.CopyTextureSupport copyTextureSupport { get; internal set; } = Rendering.CopyTextureSupport.Basic;

        public static bool SupportsTextureFormat(TextureFormat format)
        {
            return true;
        }

        public static bool SupportsRenderTextureFormat(RenderTextureFormat format)
        {
            return true;
        }

        /// <summary>Not Unity's: what this device can't read back while the game waits.</summary>
        internal static Experimental.Rendering.GraphicsFormat? Unreadable;

        public static bool IsFormatSupported(Experimental.Rendering.GraphicsFormat format, Experimental.Rendering.FormatUsage usage)
        {
            return format != Unreadable;
        }
    }

    // Runtime/Export/Graphics/Graphics.bindings.cs
    public sealed class Screen
    {
        public static int width { get; internal set; } = 640;
        public static int height { get; internal set; } = 360;
    }
}

namespace UnityEngine.Experimental.Rendering
{
    // Runtime/Export/Graphics/GraphicsFormat.cs
    public enum GraphicsFormat
    {
        R8_UNorm = 5,
        R16G16_SFloat = 46,
        R32_SFloat = 49,
    }

    // Runtime/Export/Graphics/GraphicsEnums.cs
    public enum FormatUsage
    {
        ReadPixels = 12,
    }
}
