using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace MirageLSD.Tests.EditorSide
{
    /// <summary>The cases that every engine's launcher shares: launcher.json.</summary>
    [TestFixture]
    public sealed class LauncherTests
    {
        [Test]
        public void ProgramsAndPythonsAreFoundInTheSharedOrder()
        {
            var cases = Cases("find");
            Assert.That(cases.Count, Is.GreaterThan(10));
            foreach (var one in cases)
            {
                var files = one.All("existing").Select(row => row[0]).ToArray();
                var variables = one.All("environment").ToDictionary(row => row[0], row => row.Length > 1 ? row[1] : "");
                var launcher = new Launcher(new LauncherPlace
                {
                    Platform = one["platform"],
                    Setting = one["setting"],
                    Project = one["project"],
                    OwnEnvironment = one["own_environment"],
                    Variable = name => variables.ContainsKey(name) ? variables[name] : "",
                    IsFile = path => files.Contains(path),
                    IsFolder = path => files.Any(file => file.StartsWith(path + "/")),
                });
                Assert.That(Lines(launcher.Candidates()), Is.EqualTo(Lines(one.All("candidates"))), one["name"]);
                Assert.That(Lines(launcher.Pythons()), Is.EqualTo(Lines(one.All("pythons"))), one["name"]);
            }
        }

        [Test]
        public void TheDaemonIsCalledAsTheSharedCasesSay()
        {
            foreach (var one in Cases("serve"))
            {
                var serve = new ServeCommand
                {
                    Endpoint = one["endpoint"], Model = one["model"], Device = one["device"], Log = one["log"],
                    Token = one["token"], Keys = one["keys"], Parent = int.Parse(one["parent"]),
                };
                var expected = one.All("arguments");
                Assert.That(serve.Arguments, Is.EqualTo(expected.Count == 0 ? null : expected[0]), one["name"]);
                var environment = serve.Environment == null ? new string[0][] : serve.Environment.Select(pair => new[] { pair.Key, pair.Value });
                Assert.That(Lines(environment), Is.EqualTo(Lines(one.All("environment"))), one["name"]);
            }
        }

        [Test]
        public void WhatIsNoDaemonMakesRoomForTheNext()
        {
            var cases = Cases("next");
            Assert.That(cases.Count, Is.GreaterThan(5));
            foreach (var one in cases)
                Assert.That(ServeCommand.TriesNext(int.Parse(one["exit_code"]), one["output"]), Is.EqualTo(one["tries_next"] == "True"), one["output"]);
        }

        private static string[] Lines(IEnumerable<string[]> rows)
        {
            return rows.Select(row => string.Join(" ", row)).ToArray();
        }

        private static List<Case> Cases(string kind)
        {
            var found = new List<Case>();
            var now = new Case();
            foreach (var line in File.ReadAllLines(Environment.GetEnvironmentVariable("LSD_TEST_LAUNCHER")))
            {
                if (line != "") now.Rows.Add(line.Split('\t'));
                if (line != "") continue;
                if (now["kind"] == kind) found.Add(now);
                now = new Case();
            }
            if (now.Rows.Count > 0 && now["kind"] == kind) found.Add(now);
            return found;
        }

        private sealed class Case
        {
            public readonly List<string[]> Rows = new List<string[]>();

            public string this[string name] => All(name).Single()[0];

            public List<string[]> All(string name)
            {
                return Rows.Where(row => row[0] == name).Select(row => row.Skip(1).ToArray()).ToList();
            }
        }
    }
}
