// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDClass.h"

#include "LSDRule.generated.h"

/** What a thing is, by its custom stencil value or its actor's tag, where it has no LSD Identity. */
USTRUCT(BlueprintType)
struct MIRAGELSD_API FLSDRule
{
	GENERATED_BODY()

	/** Custom stencil value that the project gives it; 0: every one. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD", meta = (ClampMin = "0", ClampMax = "255"))
	int32 Stencil = 0;

	/** None: every actor. A rule that says nothing holds for nothing. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	FName Tag;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	ELSDClass ObjectClass = ELSDClass::Prop;

	/** 0: the engine's own picture, to the pixel; 1: painted. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD", meta = (ClampMin = "0", ClampMax = "1"))
	float Strength = 1.0f;
};
