// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// Pawns, input, game modes. BindKey(EKeys::P, IE_Pressed, this, &AClass::Method): public games of 4.x to 5.x.
#include "StandIn/Engine.h"

struct FKey
{
	int32 Number = 0;
	bool IsValid() const { return Number != 0; }
};
struct EKeys
{
	static constexpr FKey One{1}, Two{2}, Three{3}, Four{4}, Five{5}, Six{6}, Seven{7}, Eight{8}, Nine{9}, B{66};
};
enum EInputEvent
{
	IE_Pressed
};
class UInputComponent : public UObject
{
	STAND_IN_CLASS(InputComponent, UObject)
	template <typename Object>
	void BindKey(FKey Key, EInputEvent, Object* Target, void (Object::*Method)())
	{
		StandInKeys.emplace_back(Key.Number, [=] { (Target->*Method)(); });
	}
	void StandInPress(int32 Number)
	{
		for (const auto& Key : StandInKeys)
		{
			if (Key.first == Number)
			{
				Key.second();
			}
		}
	}
	std::vector<std::pair<int32, std::function<void()>>> StandInKeys;
};
class APawn : public AActor
{
	STAND_IN_CLASS(Pawn, AActor)
	~APawn() override
	{
		for (UObject* Object : StandInSubobjects)
		{
			delete Object;
		}
	}
	bool IsLocallyControlled() const { return bStandInLocallyControlled; }
	bool bStandInLocallyControlled = true;
	template <typename T>
	T* CreateDefaultSubobject(const TCHAR*)
	{
		T* const Made = NewObject<T>();
		Made->StandInOwner = this;
		StandInSubobjects.push_back(Made);
		StandInComponents.push_back(Made);
		return Made;
	}
	virtual void BeginPlay() {}
	virtual void SetupPlayerInputComponent(UInputComponent*) {}

private:
	std::vector<UObject*> StandInSubobjects;
};
// APlayerController::WasInputKeyJustPressed, UGameplayStatics::GetPlayerController(WorldContext, Index): public games of 4.x to 5.x.
class APlayerController : public AActor
{
	STAND_IN_CLASS(PlayerController, AActor)
	bool WasInputKeyJustPressed(FKey Key) const { return Key.Number != 0 && Key.Number == StandInJustPressed; }
	int32 StandInJustPressed = 0;
};
class UGameplayStatics
{
public:
	static APlayerController* GetPlayerController(const UObject* WorldContextObject, int32 PlayerIndex)
	{
		const UWorld* const World = WorldContextObject->GetWorld();
		for (AActor* Actor : World != nullptr ? World->StandInActors : std::vector<AActor*>())
		{
			APlayerController* const Controller = Cast<APlayerController>(Actor);
			if (Controller != nullptr && PlayerIndex-- == 0)
			{
				return Controller;
			}
		}
		return nullptr;
	}
};
class ADefaultPawn : public APawn
{
	STAND_IN_CLASS(DefaultPawn, APawn)
};
class AGameModeBase : public AActor
{
	STAND_IN_CLASS(GameModeBase, AActor)
	const UClass* DefaultPawnClass = nullptr;
};
template <typename T>
class TActorIterator
{
public:
	explicit TActorIterator(const UWorld* World)
	{
		for (AActor* Actor : World->StandInActors)
		{
			if (T* Found = Cast<T>(Actor))
			{
				Actors.push_back(Found);
			}
		}
	}
	explicit operator bool() const { return Next < Actors.size(); }
	void operator++() { ++Next; }
	T* operator*() const { return Actors[Next]; }

private:
	std::vector<T*> Actors;
	size_t Next = 0;
};
