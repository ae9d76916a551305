using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Reflection;
using UnityEngine;
using UnityEngine.Rendering;

namespace StandIn
{
    /// <summary>Plays the engine: a test calls Frame() where Unity would render one.</summary>
    public static class Game
    {
        public static readonly List<string> Console = new List<string>();
        public static readonly Dictionary<string, UnityEngine.Object> Resources = new Dictionary<string, UnityEngine.Object>();

        internal static readonly HashSet<UnityEngine.Object> Objects = new HashSet<UnityEngine.Object>();
        internal static readonly List<UnityEngine.Object> Doomed = new List<UnityEngine.Object>();
        internal static readonly List<UnityEngine.Object> Lasting = new List<UnityEngine.Object>();

        private static readonly Stopwatch Clock = Stopwatch.StartNew();

        public static bool IsPlaying { get; set; }
        public static int Frames { get; private set; }
        public static int NativeArrays { get; internal set; }
        public static int CommandBuffers { get; internal set; }
        public static double Seconds => Clock.Elapsed.TotalSeconds;
        public static int ObjectCount => Objects.Count;

        /// <summary>Renders one camera in the place of a scriptable pipeline.</summary>
        internal static Action<Camera> Pipeline;

        /// <summary>The camera that is being rendered.</summary>
        internal static Camera Rendering;

        /// <summary>One frame: scripts, then cameras, in Unity's order.</summary>
        public static void Frame()
        {
            Frames++;
            Readbacks.Finish();
            SendAll("Update");
            SendAll("LateUpdate");
            foreach (var thing in new List<UnityEngine.Object>(Objects))
            {
                var camera = thing as Camera;
                if (camera != null && camera.isActiveAndEnabled) Render(camera);
            }
            SendAll("OnGUI");
            foreach (var thing in Doomed.ToArray()) DestroyNow(thing);
            Doomed.Clear();
        }

        /// <summary>Another scene: everything goes that was not told to stay.</summary>
        public static void LoadScene()
        {
            foreach (var thing in new List<UnityEngine.Object>(Objects))
            {
                var owner = thing as GameObject;
                if (owner != null && !Lasting.Contains(owner)) DestroyNow(owner);
            }
        }

        /// <summary>Calls the methods that Unity would call by their attribute.</summary>
        public static void EnterPlayMode(params Assembly[] assemblies)
        {
            IsPlaying = true;
            foreach (var assembly in assemblies)
            foreach (var type in assembly.GetTypes())
            foreach (var method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
                if (method.GetCustomAttributes(typeof(RuntimeInitializeOnLoadMethodAttribute), false).Length > 0)
                    method.Invoke(null, null);
        }

        /// <summary>The start of a player: the linker has left out packages' assemblies that no scene uses and that do not object.</summary>
        public static void StartPlayer(params Assembly[] packages)
        {
            EnterPlayMode(Array.FindAll(
                packages, assembly => assembly.GetCustomAttributes(typeof(UnityEngine.Scripting.AlwaysLinkAssemblyAttribute), false).Length > 0));
        }

        internal static void Send(UnityEngine.Object target, string message)
        {
            var method = target.GetType().GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
            if (method == null) return;
            try
            {
                method.Invoke(target, null);
            }
            catch (TargetInvocationException error)
            {
                UnityEngine.Debug.LogException(error.InnerException);
            }
        }

        internal static void DestroyNow(UnityEngine.Object thing)
        {
            if (thing == null) return;
            thing.OnObjectDestroyed();
            thing.IsDestroyed = true;
            Objects.Remove(thing);
            var component = thing as Component;
            if (!ReferenceEquals(component, null) && component.gameObject != null) component.gameObject.Components.Remove(component);
        }

        private static void SendAll(string message)
        {
            foreach (var thing in new List<UnityEngine.Object>(Objects))
            {
                var script = thing as MonoBehaviour;
                if (script != null && script.isActiveAndEnabled) Send(script, message);
            }
        }

        // The built-in pipeline has only what the camera was told to have.
        private static void Publish(Camera camera, DepthTextureMode mode, string name, Func<Texture> rendered)
        {
            if ((camera.depthTextureMode & mode) != 0) Gpu.GlobalNames[name] = rendered();
            else Gpu.GlobalNames.Remove(name);
        }

        private static void Render(Camera camera)
        {
            Rendering = camera;
            if (GraphicsSettings.currentRenderPipeline != null) 
            {
                RenderPipelineManager.Begin(camera);
                Pipeline(camera);
            }
            else
            {
                if (Camera.onPreCull != null) Camera.onPreCull(camera);
                if (Camera.onPreRender != null) Camera.onPreRender(camera);
                Publish(camera, DepthTextureMode.Depth, "_CameraDepthTexture", () => CameraPictures.Of(camera).Depth);
                Publish(camera, DepthTextureMode.MotionVectors, "_CameraMotionVectorsTexture", () => CameraPictures.Of(camera).Motion);
                Publish(camera, DepthTextureMode.DepthNormals, "_CameraDepthNormalsTexture", () => NormalBuffers.DepthNormals(camera));
                foreach (var buffer in camera.Buffers.ToArray()) buffer.Execute(camera);
            }
            Rendering = null;
        }
    }
}
