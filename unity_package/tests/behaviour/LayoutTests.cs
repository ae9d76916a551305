using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>The structures against what the C compiler makes of lsd.h: one line a field, `struct field offset`.</summary>
    [TestFixture]
    public sealed class LayoutTests
    {
        [Test]
        public void EveryFieldIsWhereTheCoreExpectsIt(
            [Values("client_config", "stream_config", "camera", "sun", "slot", "frame", "result", "control_spec",
             "notice", "progress", "stats", "context")] string name)
        {
            var expected = Expected("lsd_" + name);
            var type = typeof(NativeFrame).Assembly.GetType("MirageLSD.Native" + name.Replace("_", " ").ToTitle().Replace(" ", ""), true);
            Assert.That(Marshal.SizeOf(type), Is.EqualTo(expected["sizeof"]));
            var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            foreach (var field in fields)
            {
                // planes[5] of pointers is five fields here.
                var element = name == "frame" && field.Name.StartsWith("plane", StringComparison.Ordinal) ? field.Name[5] - '0' : 0;
                var cName = name == "frame" && field.Name.StartsWith("plane", StringComparison.Ordinal) ? "planes" : field.Name;
                Assert.That(Marshal.OffsetOf(type, field.Name).ToInt32(), Is.EqualTo(expected[cName] + element * IntPtr.Size), field.Name);
            }
            Assert.That(fields.Length, Is.EqualTo(expected.Count - 1 + (name == "frame" ? 4 : 0)), "as many fields as in C");
        }

        private static Dictionary<string, int> Expected(string name)
        {
            var fields = new Dictionary<string, int>();
            foreach (var line in File.ReadAllLines(Environment.GetEnvironmentVariable("LSD_TEST_LAYOUT")))
            {
                var words = line.Split(' ');
                if (words[0] == name) fields[words[1]] = int.Parse(words[2]);
            }
            return fields;
        }
    }

    internal static class Titles
    {
        public static string ToTitle(this string words)
        {
            return System.Globalization.CultureInfo.InvariantCulture.TextInfo.ToTitleCase(words);
        }
    }
}
