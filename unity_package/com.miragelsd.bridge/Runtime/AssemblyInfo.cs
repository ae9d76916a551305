using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MirageLSD.Editor")]
[assembly: InternalsVisibleTo("MirageLSD.Universal")]
[assembly: InternalsVisibleTo("MirageLSD.HighDefinition")]
[assembly: InternalsVisibleTo("MirageLSD.Tests")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Behaviour")]
