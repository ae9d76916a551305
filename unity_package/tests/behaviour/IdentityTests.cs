using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;
using StandIn;
using UnityEngine;
using UnityEngine.Rendering;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>What things are: their numbers in the plane ids, and the table that says what the numbers mean.</summary>
    [TestFixture]
    public sealed class IdentityTests : Play
    {
        private readonly NativeSlot[] _table = new NativeSlot[SlotTable.Most];

        [Test]
        public void NoThingNoPlane()
        {
            Assert.That(SlotTable.IsNeeded(new LSDRule[0]), Is.False);
            Thing(5f);
            Assert.That(SlotTable.IsNeeded(null), Is.True);
        }

        [Test]
        public unsafe void AThingIsInTheTableWithItsPlaceInTheProtocolsWorld()
        {
            var thing = Thing(5f);
            thing.ObjectClass = LSDClass.Outfit;
            thing.Strength = 0.25f;
            var slots = new SlotTable();
            slots.Advance(Vector3.zero, null, 0.0);
            Assert.That(slots.Write(_table), Is.EqualTo(1));
            Assert.That(_table[0].object_class, Is.EqualTo(3));
            Assert.That(_table[0].strength, Is.EqualTo(0.25f));
            Assert.That(_table[0].flags & NativeSlotFlags.HasPrevious, Is.EqualTo(0), "it was nowhere before");
            var first = _table[0];
            Assert.That(first.world_from_object[11], Is.EqualTo(-5f), "ahead is -z in the protocol");
            thing.transform.position = new Vector3(1f, 2f, 6f);
            thing.Keep = true;
            slots.Advance(Vector3.zero, null, 0.02);
            slots.Write(_table);
            Assert.That(_table[0].strength, Is.EqualTo(0f), "kept: the engine's own picture");
            Assert.That(_table[0].flags & NativeSlotFlags.HasPrevious, Is.Not.EqualTo(0));
            first = _table[0];
            Assert.That(first.world_from_object[3], Is.EqualTo(1f));
            Assert.That(first.world_from_object[11], Is.EqualTo(-6f));
            Assert.That(first.previous_world_from_object[11], Is.EqualTo(-5f));
        }

        [Test]
        public void ATurnIsTheSameTurnInTheProtocolsWorld()
        {
            // A point of the object in Unity's space, moved by Unity and then carried over, and carried over and then moved.
            var thing = Thing(3f);
            thing.transform.rotation = Quaternion.Euler(20f, 70f, 10f);
            var unity = thing.transform.localToWorldMatrix;
            var moved = unity * new Vector4(0.3f, -0.2f, 0.7f, 1f);
            var protocol = CameraConventions.TransformToProtocol(unity) * new Vector4(0.3f, -0.2f, -0.7f, 1f);
            Assert.That(protocol.x, Is.EqualTo(moved.x).Within(1e-5));
            Assert.That(protocol.y, Is.EqualTo(moved.y).Within(1e-5));
            Assert.That(protocol.z, Is.EqualTo(-moved.z).Within(1e-5));
        }

        [Test]
        public unsafe void WhatStoodUpAtFirstIsUpInItsOwnSpace()
        {
            // As some modellers export: the model's z is up, and a turn of the thing stands it upright.
            var thing = Thing(5f);
            thing.transform.rotation = Quaternion.Euler(-90f, 0f, 0f);
            var slots = new SlotTable();
            slots.Advance(Vector3.zero, null, 0.0);
            slots.Write(_table);
            var row = _table[0];
            Assert.That(row.world_from_object[5], Is.EqualTo(1f).Within(1e-5));
            // Its textures go along when it falls.
            thing.transform.rotation = Quaternion.identity;
            slots.Advance(Vector3.zero, null, 0.02);
            slots.Write(_table);
            row = _table[0];
            Assert.That(row.world_from_object[5], Is.EqualTo(0f).Within(1e-5));
            Assert.That(row.world_from_object[9], Is.EqualTo(-1f).Within(1e-5));
            Assert.That(row.previous_world_from_object[5], Is.EqualTo(1f).Within(1e-5));
        }

        [Test]
        public void TheNearestComeFirstAndKeepTheirNumbers()
        {
            var things = new List<LSDIdentity>();
            for (var i = 0; i < 300; i++) things.Add(Thing(300f - i));
            var slots = new SlotTable();
            slots.Advance(Vector3.zero, null, 0.0);
            Assert.That(slots.Write(_table), Is.EqualTo(255));
            Assert.That(_table.Select(slot => slot.slot).OrderBy(slot => slot), Is.EqualTo(Enumerable.Range(1, 255)));
            var before = slots.Things.ToDictionary(thing => thing.Identity, thing => thing.Slot);
            Assert.That(before.ContainsKey(things[299]), Is.True);
            Assert.That(before.ContainsKey(things[0]), Is.False, "the farthest have no number");
            things[299].enabled = false;
            slots.Advance(Vector3.zero, null, 0.02);
            slots.Write(_table);
            foreach (var thing in slots.Things)
                if (before.ContainsKey(thing.Identity)) Assert.That(thing.Slot, Is.EqualTo(before[thing.Identity]));
            Assert.That(slots.Things.Count, Is.EqualTo(255));
            Assert.That(slots.Things.Select(thing => thing.Slot).Distinct().Count(), Is.EqualTo(255));
        }

        [Test]
        public void RulesMarkByLayerTagAndMaterial()
        {
            var tree = GameObject.CreatePrimitive(PrimitiveType.Cube);
            tree.layer = 9;
            var lake = GameObject.CreatePrimitive(PrimitiveType.Cube);
            lake.GetComponent<Renderer>().material.name = "Deep WATER (Instance)";
            var car = GameObject.CreatePrimitive(PrimitiveType.Cube);
            car.tag = "Car";
            GameObject.CreatePrimitive(PrimitiveType.Cube);
            var rules = new[]
            {
                new LSDRule(), // says nothing, and so holds for nothing
                new LSDRule { layers = 1 << 9, objectClass = LSDClass.Foliage },
                new LSDRule { material = "water", objectClass = LSDClass.Water },
                new LSDRule { tag = "Car", objectClass = LSDClass.Vehicle, strength = 0.5f },
            };
            var slots = new SlotTable();
            slots.Advance(Vector3.zero, rules, 0.0);
            var classes = slots.Things.Select(thing => thing.Class).OrderBy(found => (int)found);
            Assert.That(classes, Is.EqualTo(new[] { LSDClass.Foliage, LSDClass.Vehicle, LSDClass.Water }));
        }

        [Test]
        public void ThePlaneHasWhatIsInFront()
        {
            var wall = 10f;
            var near = Thing(4f, 1f);
            var behind = Thing(6f, 4f);
            var hidden = Thing(20f, 100f);
            var slots = new SlotTable();
            slots.Advance(Vector3.zero, null, 0.0);
            Assert.That(slots.Things.Count, Is.EqualTo(3));
            var format = new StreamFormat { Width = Width, Height = Height, HasDepth = true, HasIds = true };
            using (var converter = new FrameConverter(format))
            using (var plane = new IdentityPlane())
            {
                for (var i = 0; i < Width * Height; i++) converter.Depth.Pixels.Store(converter.Depth.Bytes, i, new Vector4(wall, 0f, 0f, 0f));
                var commands = new CommandBuffer();
                plane.Record(commands, converter, slots, CameraPose.Of(MainCamera));
                Graphics.ExecuteCommandBuffer(commands);
                commands.Release();
                var middle = Height / 2 * Width + Width / 2;
                Assert.That(converter.Ids.Bytes[middle], Is.EqualTo(SlotOf(slots, near)));
                // 14 pixels up: beside the near one (10 pixels to each side), within the one behind it.
                Assert.That(converter.Ids.Bytes[middle - 14 * Width], Is.EqualTo(SlotOf(slots, behind)));
                Assert.That(converter.Ids.Bytes[0], Is.EqualTo(0), "the scene's own depth hides what is behind the wall");
                Assert.That(SlotOf(slots, hidden), Is.GreaterThan(0));
            }
        }

        [Test]
        public void RowZeroOfThePlaneIsThePicturesTop()
        {
            var thing = Thing(4f, 1f);
            thing.transform.position = new Vector3(0f, 1.5f, 4f);
            var clip = CameraConventions.PlaneFromWorld(MainCamera.worldToCameraMatrix, MainCamera.projectionMatrix) * new Vector4(0f, 1.5f, 4f, 1f);
            Assert.That(clip.y / clip.w, Is.GreaterThan(0.5f), "Direct3D: +1 is the first row");
            SystemInfo.graphicsUVStartsAtTop = false;
            clip = CameraConventions.PlaneFromWorld(MainCamera.worldToCameraMatrix, MainCamera.projectionMatrix) * new Vector4(0f, 1.5f, 4f, 1f);
            Assert.That(clip.y / clip.w, Is.LessThan(-0.5f), "OpenGL: -1 is the first row");
            SystemInfo.graphicsUVStartsAtTop = true;
        }

        [Test]
        public void AKeptThingComesBackToThePixel()
        {
            using (var daemon = new Daemon("--model mirage-lsd-v1 --device cpu"))
            {
                Settings.endpoint = daemon.Endpoint;
                Paint(MainCamera, 100);
                Pixels.Fill(CameraPictures.Of(MainCamera).Depth, 0f); // sky: nothing hides the thing
                var thing = Thing(2f, 0.6f);
                thing.Keep = true;
                var output = new Texture2D(Width, Height, TextureFormat.RGBA32, false);
                var engine = new LSDStreamEngine("mirage-lsd-v1") { Resolution = new Vector2Int(Width, Height) };
                engine.BindTexture(output);
                engine.StartCapture();
                Until(() => engine.Stats.Returned > 1, "Frames", 120.0);
                var picture = CameraPictures.Of(MainCamera).Color;
                var middle = 4 * (Height / 2 * Width + Width / 2);
                for (var channel = 0; channel < 3; channel++)
                    Assert.That(output.Bytes[middle + channel], Is.EqualTo(picture.Bytes[middle + channel]).Within(1), "kept");
                Assert.That(Pixels.Difference(output, picture), Is.GreaterThan(20), "the rest is painted");
            }
        }

        private static int SlotOf(SlotTable slots, LSDIdentity identity)
        {
            return slots.Things.First(thing => ReferenceEquals(thing.Identity, identity)).Slot;
        }

        private static LSDIdentity Thing(float metres, float size = 1f)
        {
            var owner = GameObject.CreatePrimitive(PrimitiveType.Cube);
            owner.transform.position = new Vector3(0f, 0f, metres);
            owner.GetComponent<Renderer>().Size = size;
            return owner.AddComponent<LSDIdentity>();
        }
    }
}
