// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

#include "LSDControlInfo.generated.h"

/** What a control of a model takes. */
UENUM(BlueprintType)
enum class ELSDControlKind : uint8
{
	/** One of Choices. */
	Choice,
	/** Free text. */
	Text,
	/** Minimum to Maximum. */
	Number,
	/** A direction in the world. */
	Direction,
	/** Linear light. */
	Color,
	/** On or off. */
	Flag,
	/** A whole number from 0: another world of the same kind. */
	Seed
};

/** One control of the model that the daemon serves: for drawing a panel, or a game's own menu. */
USTRUCT(BlueprintType)
struct MIRAGELSD_API FLSDControlInfo
{
	GENERATED_BODY()

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	FString Name;

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	ELSDControlKind Kind = ELSDControlKind::Text;

	/** One sentence. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	FString Help;

	/** Of a number; empty for none. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	FString Unit;

	/** Of a choice. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	TArray<FString> Choices;

	/** Of a choice or a text. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	FString DefaultText;

	/** Of a number; 0 or 1 of a flag. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float DefaultNumber = 0.0f;

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float Minimum = 0.0f;

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float Maximum = 1.0f;

	/** False: it jumps, whatever the transition. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	bool bTakesTransition = false;
};
