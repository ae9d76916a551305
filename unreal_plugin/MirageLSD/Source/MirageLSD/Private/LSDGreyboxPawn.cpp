// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDGreyboxPawn.h"

#include "Components/InputComponent.h"
#include "Engine/DirectionalLight.h"
#include "EngineUtils.h"
#include "InputCoreTypes.h"
#include "LSDStreamComponent.h"
#include "LSDStreamEngine.h"

ALSDGreyboxPawn::ALSDGreyboxPawn()
{
	Stream = CreateDefaultSubobject<ULSDStreamComponent>(TEXT("Stream"));
	Stream->Scene = TEXT("forest");
	Stream->Lighting = TEXT("day");
}

void ALSDGreyboxPawn::BeginPlay()
{
	Super::BeginPlay();
	for (TActorIterator<ADirectionalLight> It(GetWorld()); It; ++It)
	{
		Stream->SunLight = *It;
	}
}

template <int32 Theme>
void ALSDGreyboxPawn::Choose()
{
	static const TCHAR* const Names[] = {
		TEXT("forest"), TEXT("city"), TEXT("scifi"), TEXT("desert"), TEXT("day"), TEXT("sunset"), TEXT("night"), TEXT("neon")};
	ULSDStreamEngine* const Engine = Stream->GetStreamEngine();
	if (Engine == nullptr)
	{
		return;
	}
	if (Theme < 4)
	{
		Engine->SetScene(Names[Theme]);
	}
	else
	{
		Engine->SetLighting(Names[Theme]);
	}
}

void ALSDGreyboxPawn::ToggleView()
{
	Stream->bShowInView = !Stream->bShowInView;
	if (ULSDStreamEngine* const Engine = Stream->GetStreamEngine())
	{
		Engine->SetShowInView(Stream->bShowInView);
	}
}

void ALSDGreyboxPawn::SetupPlayerInputComponent(UInputComponent* PlayerInput)
{
	Super::SetupPlayerInputComponent(PlayerInput);
	PlayerInput->BindKey(EKeys::One, IE_Pressed, this, &ALSDGreyboxPawn::Choose<0>);
	PlayerInput->BindKey(EKeys::Two, IE_Pressed, this, &ALSDGreyboxPawn::Choose<1>);
	PlayerInput->BindKey(EKeys::Three, IE_Pressed, this, &ALSDGreyboxPawn::Choose<2>);
	PlayerInput->BindKey(EKeys::Four, IE_Pressed, this, &ALSDGreyboxPawn::Choose<3>);
	PlayerInput->BindKey(EKeys::Five, IE_Pressed, this, &ALSDGreyboxPawn::Choose<4>);
	PlayerInput->BindKey(EKeys::Six, IE_Pressed, this, &ALSDGreyboxPawn::Choose<5>);
	PlayerInput->BindKey(EKeys::Seven, IE_Pressed, this, &ALSDGreyboxPawn::Choose<6>);
	PlayerInput->BindKey(EKeys::Eight, IE_Pressed, this, &ALSDGreyboxPawn::Choose<7>);
	PlayerInput->BindKey(EKeys::Nine, IE_Pressed, this, &ALSDGreyboxPawn::ToggleView);
}
