// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

#include "LSDClass.generated.h"

/** What a thing is; the numbers are the protocol's. */
UENUM(BlueprintType)
enum class ELSDClass : uint8
{
	Unspecified = 0,
	Skin = 1,
	Hair = 2,
	Outfit = 3,
	Foliage = 4,
	Terrain = 5,
	Building = 6,
	Prop = 7,
	Vehicle = 8,
	Water = 9,
	Glass = 10,
	Creature = 11,
	Held = 12,
	Effect = 13,
	Emissive = 14,
	Interface = 15
};
