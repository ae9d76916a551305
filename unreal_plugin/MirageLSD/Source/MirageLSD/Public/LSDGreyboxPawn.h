// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "GameFramework/DefaultPawn.h"

#include "LSDGreyboxPawn.generated.h"

class UInputComponent;
class ULSDStreamComponent;

/** The sample's player: flies with WASD and the mouse and sees the re-rendered view. 1 to 4: the model's first scenes; 5 to 8: its first lightings;
 * 9: the engine's own picture. */
UCLASS()
class MIRAGELSD_API ALSDGreyboxPawn : public ADefaultPawn
{
	GENERATED_BODY()

public:
	ALSDGreyboxPawn();

	//~ APawn
	virtual void BeginPlay() override;
	virtual void SetupPlayerInputComponent(UInputComponent* PlayerInput) override;

	UPROPERTY(VisibleAnywhere, BlueprintReadOnly, Category = "MirageLSD")
	TObjectPtr<ULSDStreamComponent> Stream;

private:
	template <int32 Key>
	void Choose();
	void ToggleView();
};
