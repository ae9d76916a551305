// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDGreyboxGameMode.h"

#include "LSDGreyboxPawn.h"

ALSDGreyboxGameMode::ALSDGreyboxGameMode()
{
	DefaultPawnClass = ALSDGreyboxPawn::StaticClass();
}
