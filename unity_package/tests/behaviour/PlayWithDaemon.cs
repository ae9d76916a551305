using NUnit.Framework;

namespace MirageLSD.Tests.Behaviour
{
    /// <summary>Play mode beside one daemon, that gives back what it gets, for all tests of the class.</summary>
    public abstract class PlayWithDaemon : Play
    {
        internal Daemon Daemon { get; private set; }

        [TestFixtureSetUp]
        public void StartDaemon()
        {
            Daemon = new Daemon();
        }

        [TestFixtureTearDown]
        public void StopDaemon()
        {
            Daemon.Dispose();
        }
    }
}
