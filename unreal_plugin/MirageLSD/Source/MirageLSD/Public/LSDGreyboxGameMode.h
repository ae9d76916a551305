// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "GameFramework/GameModeBase.h"

#include "LSDGreyboxGameMode.generated.h"

/** The sample map's rules: the player is an ALSDGreyboxPawn. */
UCLASS()
class MIRAGELSD_API ALSDGreyboxGameMode : public AGameModeBase
{
	GENERATED_BODY()

public:
	ALSDGreyboxGameMode();
};
