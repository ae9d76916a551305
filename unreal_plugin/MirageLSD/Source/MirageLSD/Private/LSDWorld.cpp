// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDWorld.h"

#include "Engine/World.h"
#include "RHI.h"

namespace LSDWorld
{
	bool IsSeen(const UWorld* World)
	{
		return World != nullptr && World->GetNetMode() != NM_DedicatedServer;
	}

	bool CanBeSent(const UWorld* World, FString& OutError)
	{
		// The editor's preview of a device renders its worlds below what the graphics card can do.
		if (GMaxRHIFeatureLevel >= ERHIFeatureLevel::SM5 && (World == nullptr || World->GetFeatureLevel() >= ERHIFeatureLevel::SM5))
		{
			return true;
		}
		OutError = TEXT("The game is rendered with mobile graphics, from which nothing can be taken; it needs SM5 or newer (in the editor: Preview Platform > SM5 or SM6).");
		return false;
	}
}
