using System;
using System.Diagnostics;
using System.Threading;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>A game in Play mode: a main camera whose picture the tests choose, and the project's settings.</summary>
    public abstract class Play
    {
        internal const int Width = 160, Height = 96;

        internal Camera MainCamera;
        internal LSDSettings Settings;

        [SetUp]
        public void EnterPlayMode()
        {
            Stage.Clear();
            Screen.width = Width;
            Screen.height = Height;
            Settings = ScriptableObject.CreateInstance<LSDSettings>();
            Game.Resources[LSDSettings.AssetName] = Settings;
            Game.Resources["MirageLSDConvert"] = new Shader();
            foreach (var name in PaintingShader.Names) Game.Resources[name] = new Shader { name = name };
            Game.EnterPlayMode(typeof(LSDStreamEngine).Assembly);
            MainCamera = MakeCamera("MainCamera");
        }

        [TearDown]
        public void ExitPlayMode()
        {
            EngineLoop.DisposeAll();
            Stage.Clear();
        }

        internal static Camera MakeCamera(string tag = "Untagged")
        {
            var owner = new GameObject("camera") { tag = tag };
            return owner.AddComponent<Camera>();
        }

        /// <summary>Frames at about 100 a second until it is so; fails after some seconds.</summary>
        internal static void Until(Func<bool> isSo, string what, double seconds = 120.0)
        {
            var clock = Stopwatch.StartNew();
            while (!isSo())
            {
                if (clock.Elapsed.TotalSeconds > seconds)
                    Assert.Fail(what + " did not happen within " + seconds + " s. Console: " + string.Join(" | ", Game.Console.ToArray()));
                Frame();
            }
        }

        internal static void Frames(int count)
        {
            for (var i = 0; i < count; i++) Frame();
        }

        internal static void Frame()
        {
            Game.Frame();
            Thread.Sleep(5);
        }

        /// <summary>Fills the camera's picture: red rises to the right, green from the bottom up.</summary>
        internal static void Paint(Camera camera, byte blue)
        {
            Pixels.Gradient(CameraPictures.Of(camera).Color, blue);
        }
    }
}
