using System.Runtime.CompilerServices;
using UnityEngine.Scripting;

// No scene uses this assembly, so the linker would leave it out of players that get the package from the Package Manager.
[assembly: AlwaysLinkAssembly]
[assembly: InternalsVisibleTo("MirageLSD.Tests.Universal")]
