// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDStreamComponent.h"

#include "Components/SceneCaptureComponent2D.h"
#include "Engine/DirectionalLight.h"
#include "Engine/TextureRenderTarget2D.h"
#include "GameFramework/Actor.h"
#include "GameFramework/Pawn.h"
#include "GameFramework/PlayerController.h"
#include "Kismet/GameplayStatics.h"
#include "LSDSettings.h"
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
	StreamEngine->SetShading(Shading);
	SentTheme = nullptr;
	bSentBypass = false;
	SentStrength = 1.0f;
	SentBeforeAfter = 0.0f;
	SentScene.Reset();
	SentLighting.Reset();
	SentPrompt.Reset();
	SendChanges();
	StreamEngine->StartCapture();
}

void ULSDStreamComponent::SendChanges()
{
	// Before the start there is nothing to come from.
	const float Seconds = StreamEngine->IsCapturing() ? TransitionSeconds : 0.0f;
	if (Theme != SentTheme)
	{
		SentTheme = Theme;
		StreamEngine->ApplyTheme(Theme);
	}
	if (Prompt != SentPrompt)
	{
		SentPrompt = Prompt;
		StreamEngine->SetPrompt(Prompt, Seconds);
	}
	if (Scene != SentScene && !Scene.IsEmpty())
	{
		StreamEngine->SetScene(Scene, Seconds);
	}
	SentScene = Scene;
	if (Lighting != SentLighting && !Lighting.IsEmpty())
	{
		StreamEngine->SetLighting(Lighting, Seconds);
	}
	SentLighting = Lighting;
	if (Strength != SentStrength)
	{
		SentStrength = Strength;
		StreamEngine->SetStrength(Strength);
	}
	if (bBypass != bSentBypass)
	{
		bSentBypass = bBypass;
		StreamEngine->SetBypass(bBypass);
	}
	if (BeforeAfter != SentBeforeAfter)
	{
		SentBeforeAfter = BeforeAfter;
		StreamEngine->SetBeforeAfter(BeforeAfter);
	}
	StreamEngine->SetLateReprojection(bLateReprojection && GetDefault<ULSDSettings>()->bLateReprojection);
	StreamEngine->SetOffline(Offline);
}

void ULSDStreamComponent::ReadBypassKey()
{
	if (!BypassKey.IsValid())
	{
		return;
	}
	const APlayerController* const Controller = UGameplayStatics::GetPlayerController(this, Player);
	if (Controller != nullptr && Controller->WasInputKeyJustPressed(BypassKey))
	{
		// The console or the panel may have switched it, too.
		bBypass = !StreamEngine->IsBypassed();
		bSentBypass = !bBypass;
	}
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
	if (StreamEngine != nullptr && StreamEngine->IsCapturing())
	{
		ReadBypassKey();
		SendChanges();
	}
	if (StreamEngine != nullptr && SunLight != nullptr)
	{
		// A light looks the way its rays go.
		StreamEngine->SetSun(-SunLight->GetActorForwardVector(), FLinearColor(1.0f, 1.0f, 1.0f, 1.0f));
	}
}
