// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDNativeLibrary.h"

#include "HAL/PlatformProcess.h"
#include "Misc/Paths.h"

namespace LSDNativeLibrary
{
	static void* GHandle = nullptr;

	void Load(const FString& PluginFolder)
	{
#if PLATFORM_WINDOWS
		// In a packaged game it lies beside the program, in the editor beside the plugin's binaries or where the build file has it from.
		const FString Places[] = {
			FPaths::Combine(PluginFolder, TEXT("Binaries/Win64/lsd.dll")),
			FPaths::Combine(PluginFolder, TEXT("Source/ThirdParty/LSDCore/Lib/Win64/lsd.dll")),
			TEXT("lsd.dll"),
		};
		for (const FString& Place : Places)
		{
			// To ask for a file that is not there is a warning in the log; the last name is looked for by the system.
			if (GHandle == nullptr && (FPaths::FileExists(Place) || Place == TEXT("lsd.dll")))
			{
				GHandle = FPlatformProcess::GetDllHandle(*Place);
			}
		}
#else
		(void)PluginFolder;
#endif
	}

	void Unload()
	{
		if (GHandle != nullptr)
		{
			FPlatformProcess::FreeDllHandle(GHandle);
			GHandle = nullptr;
		}
	}

	bool IsAvailable()
	{
#if PLATFORM_WINDOWS
		return GHandle != nullptr;
#else
		return true;
#endif
	}
}
