using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MirageLSD.Tests.Universal")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Editor")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Samples")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Mobile")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.HighDefinition")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Volumes")]
