// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

/** The native core's library. On Windows it is delay-loaded, and calling into a library that is not there would end the process. */
namespace LSDNativeLibrary
{
	void Load(const FString& PluginFolder);
	void Unload();
	bool IsAvailable();
}
