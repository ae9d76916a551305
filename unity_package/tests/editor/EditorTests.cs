using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using MirageLSD.Tests.Behaviour;
using NUnit.Framework;
using StandIn;
using UnityEditor;
using UnityEngine;

namespace MirageLSD.Tests.EditorSide
{
    [TestFixture]
    public sealed class EditorTests : Play
    {
        [SetUp]
        public void LoadEditorAssembly()
        {
            RuntimeHelpers.RunClassConstructor(typeof(EditorLifetime).TypeHandle);
            StandInGui.Seen.Clear();
            StandInGui.Typed.Clear();
            GUILayout.Pressed = null;
        }

        [Test]
        public void AReloadEndsEveryEngine()
        {
            new LSDStreamEngine("passthrough");
            AssemblyReloadEvents.Reload();
            Assert.That(EngineLoop.Engines, Is.Empty);
        }

        [Test]
        public void TheEndOfPlayEndsEveryEngine()
        {
            new LSDStreamEngine("passthrough");
            EditorApplication.ChangePlayMode(PlayModeStateChange.ExitingPlayMode);
            Assert.That(EngineLoop.Engines, Is.Empty);
        }

        [Test]
        public void ThemeButtonsAndPromptReachTheEngine()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var engine = new LSDStreamEngine("mirage-lsd-v1") { Resolution = new Vector2Int(64, 64) };
                engine.StartCapture();
                Until(() => engine.Stats.Returned > 0, "A frame");
                var window = ScriptableObject.CreateInstance<LSDWindow>();
                Send(window, "OnInspectorUpdate");
                foreach (var button in new[] { "city", "neon" }) Press(window, button);
                StandInGui.Typed["Prompt"] = "a desert at sunset";
                Press(window, "Go");
                var before = engine.Stats.Returned;
                Until(() => engine.Stats.Returned > before + 2, "Frames");
                Assert.That(Game.Console, Is.Empty);
            }
        }

        [Test]
        public void WhatTheWindowSetsOnACameraCanBeUndone()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                var lsd = MainCamera.gameObject.AddComponent<LSDCamera>();
                Until(() => lsd.Engine.Controls.Length > 0, "The controls");
                var window = ScriptableObject.CreateInstance<LSDWindow>();
                Press(window, "city");
                Assert.That(lsd.Scene, Is.EqualTo("city"), "the inspector shows it");
                Undo.PerformUndo();
                Assert.That(lsd.Scene, Is.EqualTo("forest"));
                Frames(1);
                Assert.That(Field(lsd, "_sentScene"), Is.EqualTo("forest"), "and the daemon paints it");
                StandInGui.Typed["Prompt"] = "a desert at sunset";
                Press(window, "Go");
                Assert.That(lsd.Prompt, Is.EqualTo("a desert at sunset"));
                StandInGui.Typed["Bypass"] = "on";
                StandInGui.Typed["Strength"] = "0.25";
                Press(window, null);
                StandInGui.Typed.Clear();
                Frames(2);
                Assert.That(lsd.Engine.Bypass, Is.True, "the component does not take it back");
                Assert.That(lsd.Strength, Is.EqualTo(0.25f));
                Undo.PerformUndo();
                Undo.PerformUndo();
                Undo.PerformUndo();
                Frames(1);
                Assert.That(lsd.Bypass || lsd.Strength != 1f || lsd.Prompt != "" || lsd.Engine.Bypass, Is.False);
                Assert.That(Game.Console, Is.Empty);
            }
        }

        private static object Field(LSDCamera camera, string name)
        {
            return typeof(LSDCamera).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic).GetValue(camera);
        }

        [Test]
        public void TheMenuBuildsALevelThatStreams()
        {
            using (var daemon = Daemon.Quick())
            {
                Settings.endpoint = daemon.Endpoint;
                GreyBoxMenu.Build();
                Assert.That(Game.Objects.Count(thing => thing is Renderer), Is.GreaterThan(20));
                Assert.That(Game.Objects.Count(thing => thing is Light), Is.EqualTo(1));
                Assert.That(Undo.Created, Has.Member(Selection.activeGameObject), "one Undo takes it away");
                GreyBoxMenu.Build();
                Assert.That(Game.Objects.Count(thing => thing is Light), Is.EqualTo(1), "a scene has one sun");
                Assert.That(Game.Objects.Count(thing => thing is LSDCamera), Is.EqualTo(1));
                var lsd = MainCamera.gameObject.GetComponent<LSDCamera>();
                Until(() => lsd.Engine.Stats.Returned > 0, "A frame");
                GUILayout.Pressed = "city"; // the daemon's own word
                Frames(1);
                GUILayout.Pressed = null;
                Assert.That(lsd.Scene, Is.EqualTo("city"));
                Assert.That(Game.Console, Is.Empty);
            }
        }

        [Test]
        public void TheCameraWalks()
        {
            var owner = MainCamera.gameObject;
            owner.AddComponent<LSDWalkingCamera>();
            Event.current.type = EventType.KeyDown;
            Event.current.keyCode = KeyCode.W;
            Frames(60);
            Event.current.type = EventType.KeyUp;
            Frames(1);
            Event.current.type = EventType.Repaint;
            Assert.That(owner.transform.position.z, Is.EqualTo(3f).Within(0.2f)); // 3 m/s for a second
        }

        [Test]
        public void EditModeAsksForFramesWhileAnEngineIsConnected()
        {
            using (var daemon = new Daemon())
            {
                Settings.endpoint = daemon.Endpoint;
                Game.IsPlaying = false;
                EditorApplication.QueuedFrames = 0;
                var engine = new LSDStreamEngine("passthrough") { Resolution = new Vector2Int(64, 64) };
                EditorApplication.update();
                Assert.That(EditorApplication.QueuedFrames, Is.EqualTo(0));
                engine.StartCapture();
                Until(() =>
                {
                    EditorApplication.update();
                    return engine.Stats.Returned > 2;
                }, "Frames in edit mode");
                Assert.That(EditorApplication.QueuedFrames, Is.GreaterThan(2));
            }
        }

        [Test]
        public void TheInspectorItselfSendsNothing()
        {
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            var inspector = ScriptableObject.CreateInstance<LSDCameraEditor>();
            inspector.target = component;
            var sent = typeof(LSDCamera).GetField("_sentScene", BindingFlags.Instance | BindingFlags.NonPublic);
            sent.SetValue(component, "as it was sent");
            StandInGui.IsChanged = true; // Flip Vertically, say
            inspector.OnInspectorGUI();
            StandInGui.IsChanged = false;
            Assert.That(sent.GetValue(component), Is.EqualTo("as it was sent"));
        }

        [Test]
        public void TheWindowShowsTheStreamThatIsChosen()
        {
            var second = MakeCamera();
            second.name = "Mirror";
            new LSDStreamEngine("first").StartCapture();
            new LSDStreamEngine("second").StartCapture(second);
            var window = ScriptableObject.CreateInstance<LSDWindow>();
            Send(window, "OnInspectorUpdate");
            Press(window, null);
            Assert.That(StandInGui.Seen, Has.Member("Model: first"));
            StandInGui.Typed["Stream"] = "2: Mirror";
            Press(window, null);
            Assert.That(StandInGui.Seen, Has.Member("Model: second"));
        }

        [Test]
        public void TheInspectorSaysWhatTheStreamDoes()
        {
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            var inspector = ScriptableObject.CreateInstance<LSDCameraEditor>();
            inspector.target = component;
            inspector.OnInspectorGUI();
            Assert.That(StandInGui.Seen, Has.Member("Looking for the daemon at " + Settings.endpoint + "."));
            component.enabled = false;
            inspector.OnInspectorGUI();
            Assert.That(StandInGui.Seen, Has.Member("Runs in Play mode."));
        }

        [Test]
        public void SettingsAreMadeOnDemandAndEveryFieldIsShown()
        {
            Game.Resources.Clear();
            var provider = LSDSettingsProvider.Create();
            provider.guiHandler("");
            Assert.That(StandInGui.Seen.Any(line => line.Contains("defaults hold")), Is.True);
            GUILayout.Pressed = "Make settings for this project";
            provider.guiHandler("");
            GUILayout.Pressed = null;
            provider.guiHandler("");
            Assert.That(LSDSettings.Connection.Endpoint, Is.EqualTo(LSDConnection.DefaultEndpoint));
        }

        [Test]
        public void TheGraphKeepsTheNewestValues()
        {
            var graph = new LatencyGraph();
            for (var i = 0; i < 300; i++) graph.Add(i);
            Assert.That(graph[0], Is.EqualTo(180f));
            Assert.That(graph[119], Is.EqualTo(299f));
            Assert.That(graph.Largest, Is.EqualTo(299f));
        }

        private static void Press(LSDWindow window, string button)
        {
            GUILayout.Pressed = button;
            Send(window, "OnGUI");
            GUILayout.Pressed = null;
        }

        private static void Send(LSDWindow window, string message)
        {
            typeof(LSDWindow).GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic).Invoke(window, null);
        }
    }
}
