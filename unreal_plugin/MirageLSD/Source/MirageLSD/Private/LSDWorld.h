// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

class UWorld;

/** What a world must be for a stream. Game thread. */
namespace LSDWorld
{
	/** False for a dedicated server's: in the editor it plays in the same process as the windows of its clients. */
	bool IsSeen(const UWorld* World);
	/** False and a sentence if it is rendered by the mobile renderer, which gives no depth and velocity and has none of the plugin's shaders. */
	bool CanBeSent(const UWorld* World, FString& OutError);
}
