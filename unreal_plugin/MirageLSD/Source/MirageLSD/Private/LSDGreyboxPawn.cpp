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
}

void ALSDGreyboxPawn::BeginPlay()
{
	Super::BeginPlay();
	for (TActorIterator<ADirectionalLight> It(GetWorld()); It; ++It)
	{
		Stream->SunLight = *It;
	}
}

template <int32 Key>
void ALSDGreyboxPawn::Choose()
{
	ULSDStreamEngine* const Engine = Stream->GetStreamEngine();
	if (Engine == nullptr)
	{
		return;
	}
	// Names are the model's: 1 to 4 are the first values of its first list, 5 to 8 of its second.
	int32 Lists = 0;
	for (const FLSDControlInfo& Control : Engine->GetControls())
	{
		if (Control.Kind == ELSDControlKind::Choice && Lists++ == Key / 4)
		{
			if (Control.Choices.IsValidIndex(Key % 4))
			{
				Engine->SetControl(Control.Name, Control.Choices[Key % 4]);
			}
			return;
		}
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
