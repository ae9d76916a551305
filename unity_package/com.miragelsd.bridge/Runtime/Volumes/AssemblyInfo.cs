using System.Runtime.CompilerServices;
using UnityEngine.Scripting;

// No scene uses this assembly's code but by its volumes, so the linker would leave out what reads them.
[assembly: AlwaysLinkAssembly]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Volumes")]
