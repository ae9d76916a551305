using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using UnityEngine;

namespace StandIn
{
    /// <summary>MirageLSDShade.shader and MirageLSDReproject.shader, drawn by a graphics driver: run_shader.py compiles their HLSL and keeps it
    /// for the next frame.</summary>
    internal static class PaintingShader
    {
        public static readonly string[] Names = { "MirageLSDShade", "MirageLSDReproject" };

        private static Process _process;

        /// <summary>Frames that were painted.</summary>
        public static int Draws { get; private set; }

        /// <summary>Frames that results were carried to.</summary>
        public static int Reprojections { get; private set; }

        public static void Draw(Material material, Texture target)
        {
            if (material.shader.name == Names[0]) Draws++;
            else Reprojections++;
            if (target == null) throw new InvalidOperationException("The target was destroyed, or there is none.");
            var header = new StringBuilder();
            using (var data = new MemoryStream())
            {
                header.Append("shader ").Append(material.shader.name).Append('\n');
                header.Append("size ").Append(target.width).Append(' ').Append(target.height).Append('\n');
                foreach (var keyword in material.Keywords) header.Append("keyword ").Append(keyword).Append('\n');
                foreach (var pair in material.Vectors) Write(header, data, pair.Key, new[] { pair.Value });
                foreach (var pair in material.Arrays) Write(header, data, pair.Key, pair.Value);
                foreach (var pair in material.Buffers)
                {
                    if (pair.Value.IsDisposed) throw new InvalidOperationException("A disposed buffer is read: " + Shader.NameOf(pair.Key));
                    Append(header, data, "buffer " + Shader.NameOf(pair.Key), pair.Value.Bytes);
                }
                foreach (var pair in material.Textures)
                {
                    var texture = pair.Value;
                    if (texture == null) throw new InvalidOperationException("A destroyed texture is read: " + Shader.NameOf(pair.Key));
                    if (texture == target) throw new InvalidOperationException("The target is read while it is drawn: " + Shader.NameOf(pair.Key));
                    var drawn = texture as RenderTexture;
                    if (drawn != null && !drawn.IsCreated()) throw new InvalidOperationException("A released texture is read: " + Shader.NameOf(pair.Key));
                    Append(header, data, "texture " + Shader.NameOf(pair.Key) + " " + texture.width + " " + texture.height + " " + texture.Pixels.Name, texture.Bytes);
                }
                Answer(Ask(header.ToString(), data.ToArray(), 16 * target.width * target.height), target);
            }
        }

        private static void Write(StringBuilder header, Stream data, int name, Vector4[] values)
        {
            var bytes = new byte[16 * values.Length];
            for (var i = 0; i < values.Length; i++)
            for (var k = 0; k < 4; k++)
                BitConverter.GetBytes(values[i][k]).CopyTo(bytes, 16 * i + 4 * k);
            Append(header, data, "global " + Shader.NameOf(name), bytes);
        }

        private static void Append(StringBuilder header, Stream data, string line, byte[] bytes)
        {
            header.Append(line).Append(' ').Append(bytes.Length).Append('\n');
            data.Write(bytes, 0, bytes.Length);
        }

        private static void Answer(byte[] floats, Texture target)
        {
            for (var i = 0; i < target.width * target.height; i++)
            {
                var at = 16 * i;
                target.Pixels.Store(target.Bytes, i, new Vector4(
                    BitConverter.ToSingle(floats, at), BitConverter.ToSingle(floats, at + 4), BitConverter.ToSingle(floats, at + 8),
                    BitConverter.ToSingle(floats, at + 12)));
            }
        }

        private static byte[] Ask(string header, byte[] data, int answerBytes)
        {
            if (_process == null) Start();
            var text = Encoding.UTF8.GetBytes(header + "\n");
            var input = _process.StandardInput.BaseStream;
            input.Write(text, 0, text.Length);
            input.Write(data, 0, data.Length);
            input.Flush();
            var answer = new byte[answerBytes];
            for (var got = 0; got < answerBytes;)
            {
                var more = _process.StandardOutput.BaseStream.Read(answer, got, answerBytes - got);
                if (more <= 0) throw new InvalidOperationException("The shader could not be run: " + _process.StandardError.ReadToEnd());
                got += more;
            }
            return answer;
        }

        private static void Start()
        {
            _process = Process.Start(new ProcessStartInfo(
                Environment.GetEnvironmentVariable("LSD_TEST_PYTHON"), Environment.GetEnvironmentVariable("LSD_TEST_SHADER"))
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
    }
}
