// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "Interfaces/IPluginManager.h"
#include "LSDBackgroundRelease.h"
#include "LSDNativeLibrary.h"
#include "LSDStreamEngine.h"
#include "Misc/CoreDelegates.h"
#include "Misc/Paths.h"
#include "MirageLSDLog.h"
#include "Modules/ModuleManager.h"
#include "ShaderCore.h"

DEFINE_LOG_CATEGORY(LogMirageLSD);

class FMirageLSDModule : public IModuleInterface
{
public:
	virtual void StartupModule() override
	{
		const FString PluginFolder = IPluginManager::Get().FindPlugin(TEXT("MirageLSD"))->GetBaseDir();
		LSDNativeLibrary::Load(PluginFolder);
		// A module that is loaded a second time finds its folder known, and to add it again ends the editor.
		if (!AllShaderSourceDirectoryMappings().Contains(TEXT("/Plugin/MirageLSD")))
		{
			AddShaderSourceDirectoryMapping(TEXT("/Plugin/MirageLSD"), FPaths::Combine(PluginFolder, TEXT("Shaders")));
		}
		ExitHandle = FCoreDelegates::OnEnginePreExit.AddStatic(&ULSDStreamEngine::StopAll);
	}

	virtual void ShutdownModule() override
	{
		FCoreDelegates::OnEnginePreExit.Remove(ExitHandle);
		// Ending a connection takes at most half a second; the module's code must still be there.
		LSDBackgroundRelease::WaitForAll(2.0);
		LSDNativeLibrary::Unload();
	}

private:
	FDelegateHandle ExitHandle;
};

IMPLEMENT_MODULE(FMirageLSDModule, MirageLSD)
