using NUnit.Framework;
using Unity.Collections;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD.Tests
{
    /// <summary>For Unity's Test Runner: what only a real editor and a real GPU can show.</summary>
    public sealed class PackageTests
    {
        private const int Size = 32;

        [Test]
        public void TheNativeLibraryLoads()
        {
            NativeLibrary.Require();
            Assert.Greater(Native.lsd_now_ns(), 0L);
        }

        [Test]
        public void TheShaderTurnsThePictureOver()
        {
            var source = new Texture2D(Size, Size, TextureFormat.RGBA32, false, true);
            var pixels = source.GetRawTextureData<byte>();
            var rows = new byte[4 * Size * Size];
            for (var i = 0; i < rows.Length; i++) rows[i] = (byte)(i / (4 * Size) * 8); // dark at the bottom
            pixels.CopyFrom(rows);
            source.Apply(false, false);
            var format = new StreamFormat { Width = Size, Height = Size };
            using (var converter = new FrameConverter(format))
            using (var readback = new CpuReadback(format))
            using (var result = new NativeArray<byte>(rows.Length, Allocator.Persistent))
            {
                var commands = new CommandBuffer();
                converter.Record(commands, new CaptureSources { Color = source, Used = Vector2.one });
                Graphics.ExecuteCommandBuffer(commands);
                commands.Release();
                var none = new NativeArray<byte>();
                readback.Read(converter, result, none, none, none, none);
                result.CopyTo(rows);
            }
            Assert.Greater(rows[0], rows[rows.Length - 4], "row 0 is the picture's bright top");
            Object.DestroyImmediate(source);
        }

        [Test]
        public void AnEngineComesAndGoesWithoutADaemon()
        {
            var connection = new LSDConnection { Endpoint = "tcp://127.0.0.1:5799" };
            using (var engine = new LSDStreamEngine("mirage-lsd-v1", true, connection))
            {
                Assert.IsFalse(engine.IsConnected);
                engine.SetScene("forest", 1f);
            }
        }

        [Test]
        public void TheCamerasMatricesHaveUnitysConventions()
        {
            var owner = new GameObject("camera");
            var camera = owner.AddComponent<Camera>();
            var view = CameraConventions.ViewToProtocol(camera.worldToCameraMatrix);
            Assert.AreEqual(1f, view.m00, 1e-5f);
            Assert.AreEqual(1f, view.m22, 1e-5f);
            Assert.AreEqual(-1f, camera.projectionMatrix.m32, 1e-5f);
            Object.DestroyImmediate(owner);
        }
    }
}
