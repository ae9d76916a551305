// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

using System.IO;
using UnrealBuildTool;

public class MirageLSDEditor : ModuleRules
{
	public MirageLSDEditor(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;

		PrivateIncludePaths.Add(Path.Combine(ModuleDirectory, "Private", "Portable"));

		PrivateDependencyModuleNames.AddRange(new string[]
		{
			"Core",
			"CoreUObject",
			"Engine",
			"InputCore",
			"MirageLSD",
			"Slate",
			"SlateCore",
			"UnrealEd",
			"WorkspaceMenuStructure",
		});
	}
}
