// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

using System.IO;
using UnrealBuildTool;

public class MirageLSD : ModuleRules
{
	public MirageLSD(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;

		// Post-processing inputs of view extensions are in the renderer's internal headers (5.3 and on).
		PrivateIncludePaths.AddRange(new string[]
		{
			Path.Combine(ModuleDirectory, "Private", "Portable"),
			Path.Combine(GetModuleDirectory("Renderer"), "Internal"),
			Path.Combine(GetModuleDirectory("Renderer"), "Private"),
		});

		PublicDependencyModuleNames.AddRange(new string[]
		{
			"Core",
			"CoreUObject",
			"DeveloperSettings",
			"Engine",
			"InputCore",
		});

		PrivateDependencyModuleNames.AddRange(new string[]
		{
			"LSDCore",
			"Projects",
			"RHI",
			"RenderCore",
			"Renderer",
		});
	}
}
