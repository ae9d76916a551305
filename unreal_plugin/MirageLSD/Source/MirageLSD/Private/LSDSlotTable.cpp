// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDSlotTable.h"

#include "Components/PrimitiveComponent.h"
#include "CoreGlobals.h"
#include "Engine/World.h"
#include "EngineUtils.h"
#include "GameFramework/Actor.h"
#include "HAL/IConsoleManager.h"
#include "LSDCameraHistory.h"
#include "LSDIdentityComponent.h"
#include "LSDSettings.h"

#include "conventions.h"
#include "object_space.h"

#include <algorithm>
#include <cstring>

// Every primitive of the world is looked at, which costs; what appears in between is marked a moment later.
static constexpr double GLSDLookSeconds = 1.0;

static TArray<TPair<TWeakObjectPtr<UWorld>, TWeakPtr<FLSDSlotTable>>> GLSDSlotTables;

static bool IsDrawn(const TWeakObjectPtr<UPrimitiveComponent>& Primitive)
{
	return Primitive.IsValid() && Primitive->IsRegistered() && Primitive->ShouldRender();
}

TSharedRef<FLSDSlotTable> FLSDSlotTable::Of(UWorld& World)
{
	GLSDSlotTables.RemoveAll([](const auto& Known) { return !Known.Value.IsValid(); });
	for (const auto& Known : GLSDSlotTables)
	{
		// A level that was left, whose table a stream still holds, may have lain at the same address.
		if (Known.Key.Get() == &World)
		{
			return Known.Value.Pin().ToSharedRef();
		}
	}
	const TSharedRef<FLSDSlotTable> Made = MakeShared<FLSDSlotTable>(World);
	GLSDSlotTables.Add(TPair<TWeakObjectPtr<UWorld>, TWeakPtr<FLSDSlotTable>>(&World, Made));
	return Made;
}

bool FLSDSlotTable::IsNeeded(const UWorld* World)
{
	if (World == nullptr)
	{
		return false;
	}
	for (const ULSDIdentityComponent* Identity : ULSDIdentityComponent::GetRegistered())
	{
		if (Identity->GetWorld() == World)
		{
			return true;
		}
	}
	return !GetDefault<ULSDSettings>()->Rules.IsEmpty();
}

bool FLSDSlotTable::CanBeDrawn(FString& OutError)
{
	constexpr int32 EnabledWithStencil = 3;
	const auto* const Setting = IConsoleManager::Get().FindTConsoleVariableDataInt(TEXT("r.CustomDepth"));
	if (Setting != nullptr && Setting->GetValueOnGameThread() == EnabledWithStencil)
	{
		return true;
	}
	OutError = TEXT("LSD Identity needs the custom stencil buffer; set Project Settings > Rendering > Custom Depth-Stencil Pass to Enabled with Stencil (r.CustomDepth=3).");
	return false;
}

FLSDSlotTable::FLSDSlotTable(UWorld& InWorld)
	: World(&InWorld)
{
}

FLSDSlotTable::~FLSDSlotTable()
{
	Things.Reset();
	Mark();
}

void FLSDSlotTable::Update(double NowSeconds)
{
	if (NowSeconds < NextLook && Generation == ULSDIdentityComponent::GetGeneration())
	{
		return;
	}
	NextLook = NowSeconds + GLSDLookSeconds;
	Generation = ULSDIdentityComponent::GetGeneration();
	Look();
}

void FLSDSlotTable::Look()
{
	Problem.Reset();
	TArray<FThing> Found;
	lsd_unreal::TakenNumbers Taken = {};
	const int32 Lowest = FMath::Clamp(GetDefault<ULSDSettings>()->LowestStencil, 1, lsd_unreal::kMostSlots);
	std::fill(Taken.begin(), Taken.begin() + Lowest, true);
	if (World.IsValid())
	{
		for (TActorIterator<AActor> It(World.Get()); It; ++It)
		{
			LookAt(**It, Found, Taken);
		}
	}
	Choose(Found, Taken);
	Mark();
}

void FLSDSlotTable::LookAt(AActor& Actor, TArray<FThing>& Found, lsd_unreal::TakenNumbers& Taken)
{
	FThing Thing;
	Thing.Identity = Actor.FindComponentByClass<ULSDIdentityComponent>();
	if (Thing.Identity.IsValid() && !Thing.Identity->IsRegistered())
	{
		Thing.Identity = nullptr;
	}
	Thing.Key = Thing.Identity.IsValid() ? static_cast<const UObject*>(Thing.Identity.Get()) : &Actor;
	Thing.Place = Actor.GetRootComponent();
	bool bIsMarked = Thing.Identity.IsValid();
	for (const FLSDRule& Rule : GetDefault<ULSDSettings>()->Rules)
	{
		if (!bIsMarked && Rule.Stencil == 0 && !(Rule.Tag == NAME_None) && Actor.ActorHasTag(Rule.Tag))
		{
			Thing.Rule = Rule;
			bIsMarked = true;
		}
	}
	Actor.ForEachComponent<UPrimitiveComponent>(/*bIncludeFromChildActors*/ true, [&](UPrimitiveComponent* Primitive)
	{
		const TWeakObjectPtr<UPrimitiveComponent> Part(Primitive);
		if (!IsDrawn(Part))
		{
			return;
		}
		const AActor* const Owner = Primitive->GetOwner();
		if (Owner != &Actor && Owner->FindComponentByClass<ULSDIdentityComponent>() != nullptr)
		{
			// A child actor that says itself what it is.
			return;
		}
		const int32 Value = ValueOfGame(*Primitive);
		if (Value > 0)
		{
			if (Owner == &Actor)
			{
				Taken[static_cast<size_t>(Value)] = true;
				AddOfGame(*Primitive, Value, Actor, bIsMarked, Found);
			}
		}
		else if (bIsMarked)
		{
			Thing.Parts.Add(Part);
		}
	});
	if (!Thing.Parts.IsEmpty())
	{
		Found.Add(Thing);
	}
}

void FLSDSlotTable::AddOfGame(UPrimitiveComponent& Primitive, int32 Value, const AActor& Actor, bool bIsMarked, TArray<FThing>& Found)
{
	for (const FLSDRule& Rule : GetDefault<ULSDSettings>()->Rules)
	{
		if (Rule.Stencil != Value || (!(Rule.Tag == NAME_None) && !Actor.ActorHasTag(Rule.Tag)))
		{
			continue;
		}
		for (FThing& Known : Found)
		{
			if (Known.bIsGames && Known.Slot == Value)
			{
				// Several that move apart have no place in common.
				Known.Parts.Add(&Primitive);
				Known.Place = nullptr;
				return;
			}
		}
		FThing Thing;
		Thing.Rule = Rule;
		Thing.Slot = Value;
		Thing.bIsGames = true;
		Thing.Place = &Primitive;
		Thing.Parts.Add(&Primitive);
		Found.Add(Thing);
		return;
	}
	if (bIsMarked)
	{
		Problem = FString::Printf(
			TEXT("%s has the custom stencil value %d of the project's own and keeps it; a rule for %d in Project Settings > Plugins > MirageLSD says what it is."),
			*Actor.GetName(), Value, Value);
	}
}

int32 FLSDSlotTable::ValueOfGame(const UPrimitiveComponent& Primitive)
{
	const auto Mark = Marks.find(&Primitive);
	if (Mark != Marks.end())
	{
		if (Mark->second.Primitive.Get() == &Primitive && Primitive.bRenderCustomDepth && Primitive.CustomDepthStencilValue == Mark->second.Value)
		{
			return 0;
		}
		// The game has written another one since, as an outline does: it is the game's now.
		Marks.erase(Mark);
	}
	return Primitive.bRenderCustomDepth ? FMath::Clamp(Primitive.CustomDepthStencilValue, 0, lsd_unreal::kMostSlots) : 0;
}

void FLSDSlotTable::Choose(TArray<FThing>& Found, const lsd_unreal::TakenNumbers& Taken)
{
	std::unordered_map<const UObject*, const FThing*> Before;
	for (const FThing& Thing : Things)
	{
		if (const UObject* const Key = Thing.Key.Get())
		{
			Before[Key] = &Thing;
		}
	}
	const auto Distance = [this](const FThing& Thing) { return Thing.Place.IsValid() ? FVector::DistSquared(Thing.Place->GetComponentTransform().GetLocation(), Eye) : 0.0; };
	Found.StableSort([&](const FThing& A, const FThing& B) { return Distance(A) < Distance(B); });
	std::vector<int> Numbers;
	for (FThing& Thing : Found)
	{
		const auto Same = Before.find(Thing.Key.Get());
		if (Same != Before.end())
		{
			Thing.Slot = Same->second->Slot;
			Thing.bHasPlace = Same->second->bHasPlace;
			Thing.UpAxis = Same->second->UpAxis;
			std::memcpy(Thing.Current, Same->second->Current, sizeof(Thing.Current));
		}
		if (!Thing.bIsGames)
		{
			Numbers.push_back(Thing.Slot);
		}
	}
	lsd_unreal::give_slot_numbers(Numbers, Taken);
	size_t Next = 0;
	TArray<FThing> Chosen;
	for (FThing& Thing : Found)
	{
		if (!Thing.bIsGames)
		{
			Thing.Slot = Numbers[Next++];
		}
		if (Thing.Slot != 0)
		{
			Chosen.Add(Thing);
		}
	}
	Things = MoveTemp(Chosen);
}

void FLSDSlotTable::Mark()
{
	std::unordered_map<const UPrimitiveComponent*, FMark> Before;
	Before.swap(Marks);
	for (const FThing& Thing : Things)
	{
		for (const TWeakObjectPtr<UPrimitiveComponent>& Part : Thing.Parts)
		{
			UPrimitiveComponent* const Primitive = Part.Get();
			// Of two things that claim a part, the nearer has it.
			if (Thing.bIsGames || Primitive == nullptr || Marks.count(Primitive) != 0)
			{
				continue;
			}
			const auto Known = Before.find(Primitive);
			FMark Marked;
			if (Known != Before.end())
			{
				Marked = Known->second;
				Before.erase(Known);
			}
			else
			{
				Marked.Primitive = Part;
				Marked.bHadCustomDepth = Primitive->bRenderCustomDepth;
				Marked.HadValue = Primitive->CustomDepthStencilValue;
			}
			Marked.Value = Thing.Slot;
			// Neither does anything where nothing changes.
			Primitive->SetCustomDepthStencilValue(Thing.Slot);
			Primitive->SetRenderCustomDepth(true);
			Marks[Primitive] = Marked;
		}
	}
	for (const auto& Left : Before)
	{
		const FMark& Marked = Left.second;
		UPrimitiveComponent* const Primitive = Marked.Primitive.Get();
		if (Primitive != nullptr && Primitive->bRenderCustomDepth && Primitive->CustomDepthStencilValue == Marked.Value)
		{
			Primitive->SetRenderCustomDepth(Marked.bHadCustomDepth);
			Primitive->SetCustomDepthStencilValue(Marked.HadValue);
		}
	}
}

const TArray<lsd_slot>& FLSDSlotTable::GetRows()
{
	if (Frame != GFrameCounter)
	{
		Frame = GFrameCounter;
		Advance();
	}
	return Rows;
}

void FLSDSlotTable::Advance()
{
	Rows.Reset();
	for (FThing& Thing : Things)
	{
		lsd_slot Row = {};
		Row.slot = Thing.Slot;
		const ULSDIdentityComponent* const Identity = Thing.Identity.Get();
		Row.object_class = static_cast<int32>(Identity != nullptr ? Identity->ObjectClass : Thing.Rule.ObjectClass);
		Row.strength = Identity != nullptr ? Identity->GetEffectiveStrength() : FMath::Clamp(Thing.Rule.Strength, 0.0f, 1.0f);
		Row.flags = LSD_SLOT_HAS_STRENGTH;
		if (const USceneComponent* const Place = Thing.Place.Get())
		{
			Thing.bHasPrevious = Thing.bHasPlace;
			std::memcpy(Thing.Previous, Thing.Current, sizeof(Thing.Previous));
			lsd_unreal::transform_to_protocol(FLSDCameraHistory::ToPortable(Place->GetComponentTransform().ToMatrixWithScale()), Thing.Current);
			if (!Thing.bHasPlace)
			{
				Thing.UpAxis = lsd_unreal::up_axis(Thing.Current);
			}
			lsd_unreal::stand_up(Thing.UpAxis, Thing.Current);
			Thing.bHasPlace = true;
			std::memcpy(Row.world_from_object, Thing.Current, sizeof(Row.world_from_object));
			Row.flags |= LSD_SLOT_HAS_TRANSFORM;
			if (Thing.bHasPrevious)
			{
				std::memcpy(Row.previous_world_from_object, Thing.Previous, sizeof(Row.previous_world_from_object));
				Row.flags |= LSD_SLOT_HAS_PREVIOUS;
			}
		}
		Rows.Add(Row);
	}
}
