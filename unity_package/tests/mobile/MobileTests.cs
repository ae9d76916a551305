using MirageLSD.Tests.Behaviour;
using NUnit.Framework;
using StandIn;

namespace MirageLSD.Tests.Mobile
{
    /// <summary>The runtime assembly as a phone's or a web player's: compiled, and without a native library.</summary>
    [TestFixture]
    public sealed class MobileTests : Play
    {
        [Test]
        public void AComponentSwitchesItselfOffWithASentence()
        {
            Assert.That(LSDStreamEngine.IsSupported, Is.False);
            var component = MainCamera.gameObject.AddComponent<LSDCamera>();
            Frames(3);
            Assert.That(component.enabled, Is.False);
            Assert.That(Game.Console.Count, Is.EqualTo(1));
            Assert.That(Game.Console[0], Is.StringContaining("Windows, Linux and macOS"));
        }
    }
}
