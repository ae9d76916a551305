// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDStreamEngine.h"
#include "LSDStreamSession.h"

// What a stream is told while it runs. Controls are kept, because a stream that is opened anew starts without any.

int64 ULSDStreamEngine::SetPrompt(const FString& Prompt, float TransitionSeconds)
{
	return SendControl(TEXT("prompt"), Prompt, TransitionSeconds);
}

int64 ULSDStreamEngine::SetScene(const FString& Scene, float TransitionSeconds)
{
	return SendControl(TEXT("scene"), Scene, TransitionSeconds);
}

int64 ULSDStreamEngine::SetLighting(const FString& Lighting, float TransitionSeconds)
{
	return SendControl(TEXT("lighting"), Lighting, TransitionSeconds);
}

int64 ULSDStreamEngine::SetAppearance(const FString& Appearance, float TransitionSeconds)
{
	return SendControl(TEXT("appearance"), Appearance, TransitionSeconds);
}

int64 ULSDStreamEngine::SetSeed(int32 NewSeed)
{
	Seed = FMath::Max(NewSeed, 0);
	if (!Session.IsValid() || Session->GetStream() == nullptr)
	{
		return 0;
	}
	FString Error;
	return Reported(Session->GetStream()->SendSeed(Seed, Error), Error);
}

int64 ULSDStreamEngine::SetStrength(float NewStrength, float TransitionSeconds)
{
	Strength = FMath::Clamp(NewStrength, 0.0f, 1.0f);
	if (!Session.IsValid() || Session->GetStream() == nullptr)
	{
		return 0;
	}
	FString Error;
	return Reported(Session->GetStream()->SendNumber("strength", Strength, TransitionSeconds, Error), Error);
}

int64 ULSDStreamEngine::SetBypass(bool bNewBypass)
{
	bBypass = bNewBypass;
	if (!Session.IsValid() || Session->GetStream() == nullptr)
	{
		return 0;
	}
	FString Error;
	return Reported(Session->GetStream()->SendFlag("bypass", bBypass, Error), Error);
}

int64 ULSDStreamEngine::Reported(int64 Sequence, const FString& Error)
{
	if (Sequence == 0)
	{
		ReportError(Error);
	}
	return Sequence;
}

int64 ULSDStreamEngine::SendControl(const TCHAR* Name, const FString& Value, float TransitionSeconds)
{
	KeptControls.RemoveAll([Name](const TPair<FString, FString>& Kept) { return Kept.Key == Name; });
	KeptControls.Add(TPair<FString, FString>(Name, Value));
	if (!Session.IsValid() || Session->GetStream() == nullptr)
	{
		return 0;
	}
	FString Error;
	return Reported(Session->GetStream()->SendControl(Name, Value, TransitionSeconds, Error), Error);
}

void ULSDStreamEngine::SendKeptControls()
{
	for (const TPair<FString, FString>& Kept : KeptControls)
	{
		FString Error;
		Reported(Session->GetStream()->SendControl(*Kept.Key, Kept.Value, 0.0f, Error), Error);
	}
	if (Strength < 1.0f)
	{
		SetStrength(Strength, 0.0f);
	}
	if (bBypass)
	{
		SetBypass(true);
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
