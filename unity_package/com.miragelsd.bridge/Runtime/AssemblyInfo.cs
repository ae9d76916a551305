using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MirageLSD.Editor")]
[assembly: InternalsVisibleTo("MirageLSD.Universal")]
[assembly: InternalsVisibleTo("MirageLSD.HighDefinition")]
[assembly: InternalsVisibleTo("MirageLSD.Volumes")]
[assembly: InternalsVisibleTo("MirageLSD.Tests")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Behaviour")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Universal")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Editor")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Samples")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.HighDefinition")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Volumes")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Mobile")]
