// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

using System.IO;
using UnrealBuildTool;

// The native core: a C interface, one shared library a platform, staged here by `make unreal-plugin`.
public class LSDCore : ModuleRules
{
	public LSDCore(ReadOnlyTargetRules Target) : base(Target)
	{
		Type = ModuleType.External;

		PublicSystemIncludePaths.Add(Path.Combine(ModuleDirectory, "Include"));
		string Library = Path.Combine(ModuleDirectory, "Lib", Target.Platform.ToString());

		if (Target.Platform == UnrealTargetPlatform.Win64)
		{
			PublicAdditionalLibraries.Add(Path.Combine(Library, "lsd.lib"));
			PublicDelayLoadDLLs.Add("lsd.dll");
			RuntimeDependencies.Add("$(BinaryOutputDir)/lsd.dll", Path.Combine(Library, "lsd.dll"));
		}
		else if (Target.Platform == UnrealTargetPlatform.Linux || Target.Platform == UnrealTargetPlatform.LinuxArm64)
		{
			PublicAdditionalLibraries.Add(Path.Combine(Library, "liblsd.so"));
			PublicRuntimeLibraryPaths.Add(Library);
			RuntimeDependencies.Add("$(BinaryOutputDir)/liblsd.so", Path.Combine(Library, "liblsd.so"));
		}
		else if (Target.Platform == UnrealTargetPlatform.Mac)
		{
			// One file for both processors. It stays where it is, because the program is given a search path to the place that the library is linked
			// from, in the editor and in a packaged game alike; a copy beside the program would not be found.
			PublicDelayLoadDLLs.Add(Path.Combine(Library, "liblsd.dylib"));
			RuntimeDependencies.Add(Path.Combine(Library, "liblsd.dylib"));
		}
	}
}
