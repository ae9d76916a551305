// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDControlValue.h"
#include "LSDStreamEngine.h"
#include "LSDStreamSession.h"
#include "LSDTheme.h"

// What a stream is told while it runs. Controls are kept, because a stream that is opened anew starts without any.

int64 ULSDStreamEngine::SetPrompt(const FString& Prompt, float TransitionSeconds)
{
	return KeepAndSend(TEXT("prompt"), FLSDControlValue::FromText(Prompt), TransitionSeconds);
}

int64 ULSDStreamEngine::SetScene(const FString& Scene, float TransitionSeconds)
{
	return KeepAndSend(TEXT("scene"), FLSDControlValue::FromText(Scene), TransitionSeconds);
}

int64 ULSDStreamEngine::SetLighting(const FString& Lighting, float TransitionSeconds)
{
	return KeepAndSend(TEXT("lighting"), FLSDControlValue::FromText(Lighting), TransitionSeconds);
}

int64 ULSDStreamEngine::SetAppearance(const FString& Appearance, float TransitionSeconds)
{
	return KeepAndSend(TEXT("appearance"), FLSDControlValue::FromText(Appearance), TransitionSeconds);
}

int64 ULSDStreamEngine::SetSeed(int32 NewSeed)
{
	return KeepAndSend(TEXT("seed"), FLSDControlValue::FromSeed(FMath::Max(NewSeed, 0)), 0.0f);
}

int64 ULSDStreamEngine::SetStrength(float NewStrength, float TransitionSeconds)
{
	return KeepAndSend(TEXT("strength"), FLSDControlValue::FromNumber(FMath::Clamp(NewStrength, 0.0f, 1.0f)), TransitionSeconds);
}

void ULSDStreamEngine::SetBeforeAfter(float Share)
{
	BeforeAfter = FMath::Clamp(Share, 0.0f, 1.0f);
}

void ULSDStreamEngine::SetOffline(ELSDOffline NewOffline)
{
	Offline = NewOffline;
}

int64 ULSDStreamEngine::SetBypass(bool bNewBypass)
{
	return KeepAndSend(TEXT("bypass"), FLSDControlValue::FromFlag(bNewBypass), 0.0f);
}

int64 ULSDStreamEngine::SetControlNumber(const FString& Control, float Value, float TransitionSeconds)
{
	return KeepAndSend(Control, FLSDControlValue::FromNumber(Value), TransitionSeconds);
}

int64 ULSDStreamEngine::SetControlFlag(const FString& Control, bool bValue)
{
	return KeepAndSend(Control, FLSDControlValue::FromFlag(bValue), 0.0f);
}

int64 ULSDStreamEngine::SetControlDirection(const FString& Control, const FVector& Value, float TransitionSeconds)
{
	return KeepAndSend(Control, FLSDControlValue::FromDirection(Value), TransitionSeconds);
}

int64 ULSDStreamEngine::SetControlColor(const FString& Control, const FLinearColor& Value, float TransitionSeconds)
{
	return KeepAndSend(Control, FLSDControlValue::FromColor(Value), TransitionSeconds);
}

int64 ULSDStreamEngine::SetControl(const FString& Control, const FString& Value, float TransitionSeconds)
{
	FLSDKeptControl Kept;
	Kept.Name = Control;
	Kept.Value = FLSDControlValue::FromText(Value);
	Kept.TransitionSeconds = TransitionSeconds;
	Kept.bUnread = true;
	const bool bKnown = !GetControls().IsEmpty();
	if (bKnown && !Read(Kept))
	{
		return 0;
	}
	if (!bKnown)
	{
		// What it means is known once the daemon has said what controls there are.
		Keep(Kept);
		return 0;
	}
	return KeepAndSend(Control, Kept.Value, TransitionSeconds);
}

void ULSDStreamEngine::ApplyTheme(const ULSDTheme* Theme)
{
	if (Theme == nullptr)
	{
		return;
	}
	for (const TPair<FString, FString>& Control : Theme->Controls)
	{
		SetControl(Control.Key, Control.Value, Theme->TransitionSeconds);
	}
}

TArray<FLSDControlInfo> ULSDStreamEngine::GetControls() const
{
	return Session.IsValid() && Session->GetStream() != nullptr ? Session->GetStream()->GetControls() : TArray<FLSDControlInfo>();
}

int64 ULSDStreamEngine::GetControlsGeneration() const
{
	return Session.IsValid() && Session->GetStream() != nullptr ? Session->GetStream()->GetControlsGeneration() : 0;
}

bool ULSDStreamEngine::Read(FLSDKeptControl& Kept)
{
	FString Names;
	for (const FLSDControlInfo& Control : GetControls())
	{
		if (Control.Name == Kept.Name)
		{
			FString Error;
			const FString Text = Kept.Value.Text;
			if (!FLSDControlValue::Parse(Control, Text, Kept.Value, Error))
			{
				ReportError(Error);
				return false;
			}
			Kept.bUnread = false;
			return true;
		}
		Names += Names.IsEmpty() ? FString() : FString(TEXT(", "));
		Names += Control.Name;
	}
	ReportError(FString::Printf(TEXT("The model has no control %s; it has %s."), *Kept.Name, *Names));
	return false;
}

void ULSDStreamEngine::Keep(const FLSDKeptControl& Control)
{
	KeptControls->RemoveAll([&Control](const FLSDKeptControl& Kept) { return Kept.Name == Control.Name; });
	KeptControls->Add(Control);
}

int64 ULSDStreamEngine::KeepAndSend(const FString& Name, const FLSDControlValue& Value, float TransitionSeconds)
{
	FLSDKeptControl Kept;
	Kept.Name = Name;
	Kept.Value = Value;
	Keep(Kept);
	if (Name == TEXT("bypass"))
	{
		// Shown at once, whatever the daemon does.
		bBypass = Value.Numbers[0] != 0.0f;
	}
	if (Value.Kind == ELSDControlKind::Seed)
	{
		Seed = static_cast<int32>(Value.Seed);
	}
	if (!Session.IsValid() || Session->GetStream() == nullptr)
	{
		return 0;
	}
	FString Error;
	const int64 Sequence = Session->GetStream()->Send(Name, Value, TransitionSeconds, Error);
	if (Sequence == 0)
	{
		ReportError(Error);
	}
	return Sequence;
}

void ULSDStreamEngine::SendKeptControls()
{
	for (const FLSDKeptControl& Kept : TArray<FLSDKeptControl>(*KeptControls))
	{
		// The seed goes with the opening.
		if (!Kept.bUnread && Kept.Value.Kind != ELSDControlKind::Seed)
		{
			KeepAndSend(Kept.Name, Kept.Value, 0.0f);
		}
	}
	ReadKeptControls();
}

void ULSDStreamEngine::ReadKeptControls()
{
	if (GetControls().IsEmpty())
	{
		return;
	}
	for (FLSDKeptControl Kept : TArray<FLSDKeptControl>(*KeptControls))
	{
		if (!Kept.bUnread)
		{
			continue;
		}
		if (Read(Kept))
		{
			KeepAndSend(Kept.Name, Kept.Value, Kept.TransitionSeconds);
		}
		else
		{
			KeptControls->RemoveAll([&Kept](const FLSDKeptControl& Other) { return Other.Name == Kept.Name; });
		}
	}
}

void ULSDStreamEngine::SetMaxSteps(int32 Steps)
{
	const int32 Clamped = FMath::Clamp(Steps, 1, 8);
	bReopen |= Clamped != MaxSteps;
	MaxSteps = Clamped;
}

void ULSDStreamEngine::SetTargetFPS(float FramesPerSecond)
{
	TargetFPS = FMath::Clamp(FramesPerSecond, 0.0f, 1000.0f);
}

void ULSDStreamEngine::SetCaptureSize(int32 Width, int32 Height)
{
	const FIntPoint Clamped(FMath::Clamp(Width, 16, 4096), FMath::Clamp(Height, 16, 4096));
	bReopen |= Clamped != CaptureSize;
	CaptureSize = Clamped;
}

void ULSDStreamEngine::SetSun(const FVector& TowardsSun, const FLinearColor& Color)
{
	Sun = TowardsSun;
	SunColor = Color;
}

void ULSDStreamEngine::Reset()
{
	bResetAsked = true;
}

void ULSDStreamEngine::SetEndpoint(const FString& NewEndpoint, const FString& NewToken)
{
	Connection.Endpoint = NewEndpoint;
	Connection.Token = NewToken;
}
