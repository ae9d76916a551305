using MirageLSD.Tests.Behaviour;
using NUnit.Framework;

namespace MirageLSD.Tests.Bench
{
    /// <summary>Runs the package's own tests where the stand-in plays the editor.</summary>
    [TestFixture]
    public sealed class BenchTests : Play
    {
        private readonly PackageTests _tests = new PackageTests();

        [Test]
        public void TheNativeLibraryLoads()
        {
            _tests.TheNativeLibraryLoads();
        }

        [Test]
        public void TheShaderTurnsThePictureOver()
        {
            _tests.TheShaderTurnsThePictureOver();
        }

        [Test]
        public void AnEngineComesAndGoesWithoutADaemon()
        {
            _tests.AnEngineComesAndGoesWithoutADaemon();
        }

        [Test]
        public void TheCamerasMatricesHaveUnitysConventions()
        {
            _tests.TheCamerasMatricesHaveUnitysConventions();
        }
    }
}
