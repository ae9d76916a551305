using System.Linq;
using NUnit.Framework;
using StandIn;
using UnityEngine;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>The steps of a transition, as the engine's frames see them.</summary>
    [TestFixture]
    public sealed unsafe class ShadingWeightsTests : Play
    {
        private Material _material;
        private ShadingWeights _weights;
        private long _generation;

        [SetUp]
        public void Make()
        {
            _material = ShadingSupport.MakeMaterial(ShadingSupport.ShaderName);
            _weights = new ShadingWeights(_material);
            _generation = 0;
        }

        [TearDown]
        public void Dispose()
        {
            _weights.Dispose();
        }

        [Test]
        public void TheFirstOnesCountAtOnce()
        {
            Take(0x3C00, 1f, 10.0);
            _weights.Advance(10.0);
            Assert.That(First, Is.EqualTo(1f));
            Assert.That(_weights.Strength, Is.EqualTo(1f));
            Assert.That(_weights.Palette[23], Is.EqualTo(1f));
        }

        [Test]
        public void BetweenTheStepsOfATransitionTheyMoveEvenly()
        {
            Take(0x0000, 0f, 10.0);
            _weights.Advance(10.0);
            Take(0x3C00, 1f, 10.1); // a tenth of a second later
            _weights.Advance(10.1);
            Assert.That(First, Is.EqualTo(0f));
            _weights.Advance(10.125);
            Assert.That(First, Is.EqualTo(0.25f).Within(1e-4));
            Assert.That(_weights.Strength, Is.EqualTo(0.25f).Within(1e-4));
            Assert.That(_weights.Palette[0], Is.EqualTo(0.25f).Within(1e-4));
            Take(0x4000, 1f, 10.15); // before that step is over: on from what is shown
            _weights.Advance(10.15);
            Assert.That(First, Is.EqualTo(0.25f).Within(1e-4));
            _weights.Advance(10.5);
            Assert.That(First, Is.EqualTo(2f));
        }

        [Test]
        public void AChangeAfterALongTimeIsNoTransition()
        {
            Take(0x0000, 0f, 10.0);
            _weights.Advance(10.0);
            Take(0x3C00, 1f, 20.0);
            _weights.Advance(20.0);
            Assert.That(First, Is.EqualTo(1f));
        }

        [Test]
        public void TheSameOnesAreNotUploadedAgain()
        {
            Take(0x3C00, 1f, 10.0);
            _weights.Advance(10.0);
            System.Array.Clear(Buffer.Bytes, 0, Buffer.Bytes.Length);
            _generation--;
            Take(0x3C00, 1f, 10.1);
            _weights.Advance(10.1);
            Assert.That(First, Is.EqualTo(0f), "nobody wrote to it");
        }

        private GraphicsBuffer Buffer => _material.Buffers.Values.Single();
        private float First => System.BitConverter.ToSingle(Buffer.Bytes, 0);

        private void Take(ushort weight, float rest, double now)
        {
            var numbers = Enumerable.Repeat(weight, 7203).ToArray();
            fixed (ushort* pointer = numbers)
            {
                var context = new NativeContext { weights = pointer, weight_count = 7203, weights_generation = ++_generation, strength = rest };
                for (var i = 0; i < 24; i++) context.palette[i] = rest;
                _weights.Take(ref context, now);
            }
        }
    }
}
