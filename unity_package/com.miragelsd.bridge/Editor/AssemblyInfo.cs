using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MirageLSD.Tests")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Editor")]
