using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MirageLSD.Tests.HighDefinition")]
