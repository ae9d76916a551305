using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("UnityEditor")]
[assembly: InternalsVisibleTo("Unity.RenderPipelines.Core.Runtime")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Universal")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Editor")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Samples")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Mobile")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.HighDefinition")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Volumes")]
[assembly: InternalsVisibleTo("Unity.RenderPipelines.Universal.Runtime")]
[assembly: InternalsVisibleTo("Unity.RenderPipelines.HighDefinition.Runtime")]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Behaviour")]
