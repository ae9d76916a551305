// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDRule.h"
#include "Templates/SharedPointer.h"
#include "UObject/WeakObjectPtr.h"

#include "lsd/lsd.h"
#include "slot_numbers.h"

#include <unordered_map>

class AActor;
class ULSDIdentityComponent;
class UPrimitiveComponent;
class USceneComponent;
class UWorld;

/** Gives numbers to the marked things of a world: the nearest ones first, and the same number as long as it is kept. The number is the custom stencil
 * value that the engine draws a thing with; what the game gave a value itself keeps it. Game thread. */
class FLSDSlotTable
{
public:
	/** A world has one, because a thing has one stencil value; its streams share it. */
	static TSharedRef<FLSDSlotTable> Of(UWorld& World);
	/** Whether anything can be marked at all: else the plane is not worth its cost. */
	static bool IsNeeded(const UWorld* World);
	/** False and a sentence if the project does not render what is needed. */
	static bool CanBeDrawn(FString& OutError);

	explicit FLSDSlotTable(UWorld& InWorld);
	~FLSDSlotTable();
	FLSDSlotTable(const FLSDSlotTable&) = delete;
	FLSDSlotTable& operator=(const FLSDSlotTable&) = delete;

	void SetEye(const FVector& NewEye) { Eye = NewEye; }
	/** Once a tick; looks at the world once a second, and when an identity came or went. */
	void Update(double NowSeconds);
	/** Where everything is in the engine frame that is rendered now. */
	const TArray<lsd_slot>& GetRows();
	/** What the last look found wrong, one sentence; empty: nothing. */
	const FString& GetProblem() const { return Problem; }

private:
	/** What a primitive was before it was marked. */
	struct FMark
	{
		TWeakObjectPtr<UPrimitiveComponent> Primitive;
		bool bHadCustomDepth = false;
		int32 HadValue = 0;
		int32 Value = 0;
	};
	struct FThing
	{
		/** An identity, an actor, or of a value of the game's: none. Compared only, and weak: what is destroyed leaves its address to others. */
		TWeakObjectPtr<const UObject> Key;
		TWeakObjectPtr<ULSDIdentityComponent> Identity;
		FLSDRule Rule;
		/** Not set: it has no place of its own. */
		TWeakObjectPtr<USceneComponent> Place;
		TArray<TWeakObjectPtr<UPrimitiveComponent>> Parts;
		int32 Slot = 0;
		bool bIsGames = false;
		bool bHasPlace = false;
		bool bHasPrevious = false;
		/** Which of its own axes was up when it was first seen: the y of the space that its textures are fixed in. */
		int32 UpAxis = 1;
		float Current[12] = {};
		float Previous[12] = {};
	};

	void Look();
	void LookAt(AActor& Actor, TArray<FThing>& Found, lsd_unreal::TakenNumbers& Taken);
	void AddOfGame(UPrimitiveComponent& Primitive, int32 Value, const AActor& Actor, bool bIsMarked, TArray<FThing>& Found);
	void Choose(TArray<FThing>& Found, const lsd_unreal::TakenNumbers& Taken);
	void Mark();
	/** 0: the game gave it none, or it is ours. */
	int32 ValueOfGame(const UPrimitiveComponent& Primitive);
	void Advance();

	TWeakObjectPtr<UWorld> World;
	TArray<FThing> Things;
	TArray<lsd_slot> Rows;
	std::unordered_map<const UPrimitiveComponent*, FMark> Marks;
	FString Problem;
	FVector Eye = FVector::ZeroVector;
	double NextLook = 0.0;
	uint64 Frame = 0;
	uint32 Generation = 0;
};
