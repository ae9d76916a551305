// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"
#include "LSDClass.h"

#include "LSDIdentityComponent.generated.h"

/** Says what an actor is, and how much of it is painted. */
UCLASS(ClassGroup = (MirageLSD), meta = (BlueprintSpawnableComponent, DisplayName = "LSD Identity"))
class MIRAGELSD_API ULSDIdentityComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	/** Skin, hair and outfit are what SetAppearance dresses. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD")
	ELSDClass ObjectClass = ELSDClass::Prop;

	/** How much of the painted picture is seen on it. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD", meta = (ClampMin = "0", ClampMax = "1"))
	float Strength = 1.0f;

	/** Leave it as the engine rendered it, to the pixel: a hero, a face, a sign. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD")
	bool bKeep = false;

	/** 0 (the engine's picture) to 1 (painted). */
	float GetEffectiveStrength() const { return bKeep ? 0.0f : FMath::Clamp(Strength, 0.0f, 1.0f); }

	//~ UActorComponent
	virtual void OnRegister() override;
	virtual void OnUnregister() override;

	/** Those of a world that is played are among them. */
	static const TArray<ULSDIdentityComponent*>& GetRegistered() { return Registered; }
	/** Changes when one came or went. */
	static uint32 GetGeneration() { return Generation; }

private:
	static TArray<ULSDIdentityComponent*> Registered;
	static uint32 Generation;
};
