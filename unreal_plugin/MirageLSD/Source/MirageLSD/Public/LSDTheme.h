// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "Engine/DataAsset.h"

#include "LSDTheme.generated.h"

/** A look as an asset: values for controls of the model. Content Browser > Add > Miscellaneous > Data Asset > LSDTheme. */
UCLASS(BlueprintType)
class MIRAGELSD_API ULSDTheme : public UDataAsset
{
	GENERATED_BODY()

public:
	/** By the control's name, as the panel MirageLSD shows it; numbers, on/off, #rrggbb and directions ("0 0 1") as text. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	TMap<FString, FString> Controls;

	/** How long the picture takes to get there. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD", meta = (ClampMin = "0", ClampMax = "60"))
	float TransitionSeconds = 2.0f;
};
