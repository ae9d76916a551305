using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MirageLSD.Tests.Universal")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.HighDefinition")]
