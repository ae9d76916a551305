// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDStreamComponent.h"

#include "Components/SceneCaptureComponent2D.h"
#include "Engine/DirectionalLight.h"
#include "Engine/TextureRenderTarget2D.h"
#include "GameFramework/Actor.h"
#include "GameFramework/Pawn.h"
#include "LSDTheme.h"

ULSDStreamComponent::ULSDStreamComponent()
{
	PrimaryComponentTick.bCanEverTick = true;
}

void ULSDStreamComponent::BeginPlay()
{
	Super::BeginPlay();
	StreamEngine = ULSDStreamEngine::Create(Model, bUseGPU);
	StreamEngine->OnConnected.AddDynamic(this, &ULSDStreamComponent::ForwardConnected);
	StreamEngine->OnDisconnected.AddDynamic(this, &ULSDStreamComponent::ForwardDisconnected);
	StreamEngine->OnFrame.AddDynamic(this, &ULSDStreamComponent::ForwardFrame);
	StreamEngine->OnError.AddDynamic(this, &ULSDStreamComponent::ForwardError);
	// A pawn is possessed later than it begins to play.
	bStartWhenPossessed = bStartOnBeginPlay && !IsOfThisMachine();
	if (bStartOnBeginPlay && !bStartWhenPossessed)
	{
		StartStream();
	}
}

bool ULSDStreamComponent::IsOfThisMachine() const
{
	const APawn* const Pawn = Cast<APawn>(GetOwner());
	return Pawn == nullptr || Pawn->IsLocallyControlled();
}

void ULSDStreamComponent::EndPlay(const EEndPlayReason::Type EndPlayReason)
{
	StopStream();
	StreamEngine = nullptr;
	Super::EndPlay(EndPlayReason);
}

void ULSDStreamComponent::StartStream()
{
	if (StreamEngine == nullptr || StreamEngine->IsCapturing())
	{
		return;
	}
	const AActor* const Owner = GetOwner();
	StreamEngine->SetWorldContext(this);
	StreamEngine->SetPlayer(Player);
	StreamEngine->SetSceneCapture(Owner != nullptr ? Owner->FindComponentByClass<USceneCaptureComponent2D>() : nullptr);
	StreamEngine->BindTexture(OutputTexture);
	StreamEngine->SetShowInView(bShowInView);
	StreamEngine->ApplyTheme(Theme);
	if (!Prompt.IsEmpty())
	{
		StreamEngine->SetPrompt(Prompt, 0.0f);
	}
	if (!Scene.IsEmpty())
	{
		StreamEngine->SetScene(Scene, 0.0f);
	}
	if (!Lighting.IsEmpty())
	{
		StreamEngine->SetLighting(Lighting, 0.0f);
	}
	StreamEngine->StartCapture();
}

void ULSDStreamComponent::ForwardConnected()
{
	OnConnected.Broadcast();
}

void ULSDStreamComponent::ForwardDisconnected(const FString& Reason)
{
	OnDisconnected.Broadcast(Reason);
}

void ULSDStreamComponent::ForwardFrame(const FLSDFrameInfo& Frame)
{
	OnFrame.Broadcast(Frame);
}

void ULSDStreamComponent::ForwardError(const FString& Message)
{
	OnError.Broadcast(Message);
}

void ULSDStreamComponent::StopStream()
{
	if (StreamEngine != nullptr)
	{
		StreamEngine->StopCapture();
	}
}

void ULSDStreamComponent::TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
	Super::TickComponent(DeltaTime, TickType, ThisTickFunction);
	if (bStartWhenPossessed && IsOfThisMachine())
	{
		bStartWhenPossessed = false;
		StartStream();
	}
	if (StreamEngine != nullptr && SunLight != nullptr)
	{
		// A light looks the way its rays go.
		StreamEngine->SetSun(-SunLight->GetActorForwardVector(), FLinearColor(1.0f, 1.0f, 1.0f, 1.0f));
	}
}
