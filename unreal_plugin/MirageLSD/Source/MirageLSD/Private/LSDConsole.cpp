// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDConsole.h"

#include "HAL/IConsoleManager.h"
#include "LSDStreamEngine.h"
#include "MirageLSDLog.h"

// Console commands for every stream that captures, and variables for all of them.

static TAutoConsoleVariable<float> GLSDTransition(
	TEXT("MirageLSD.Transition"), 1.0f, TEXT("Seconds that MirageLSD.Set takes to get to a value, 0 to 60."), ECVF_Default);

static TAutoConsoleVariable<int32> GLSDEnable(
	TEXT("MirageLSD.Enable"), 1, TEXT("0: no stream captures or shows anything; connections stay."), ECVF_Default);
static TAutoConsoleVariable<float> GLSDTargetFPS(
	TEXT("MirageLSD.TargetFPS"), -1.0f, TEXT("Frames sent a second, 0: every rendered one, below 0: as each stream says."), ECVF_Default);
static TAutoConsoleVariable<float> GLSDBeforeAfter(TEXT("MirageLSD.BeforeAfter"), -1.0f,
	TEXT("Share of the view, from the left, that stays the engine's own picture, 0 to 1; below 0: as each stream says."), ECVF_Default);
static TAutoConsoleVariable<int32> GLSDWeightsInBuffer(TEXT("MirageLSD.WeightsInBuffer"), 0,
	TEXT("1: where the engine shades, its weights are a structured buffer in place of constants, which take 28.8 KB; for drivers that don't take so many."),
	ECVF_Default);
static TAutoConsoleVariable<int32> GLSDLateReprojection(TEXT("MirageLSD.LateReprojection"), -1,
	TEXT("1: the daemon's pictures are carried to each frame's camera; 0: the last one is shown as it is; below 0: as each stream says."), ECVF_Default);

namespace LSDConsole
{
	bool IsEnabled()
	{
		return GLSDEnable.GetValueOnGameThread() != 0;
	}

	float GetTargetFPS(float OfStream)
	{
		const float Set = GLSDTargetFPS.GetValueOnGameThread();
		return Set < 0.0f ? OfStream : Set;
	}

	float GetBeforeAfter(float OfStream)
	{
		const float Set = GLSDBeforeAfter.GetValueOnGameThread();
		return FMath::Clamp(Set < 0.0f ? OfStream : Set, 0.0f, 1.0f);
	}

	bool GetLateReprojection(bool bOfStream)
	{
		const int32 Set = GLSDLateReprojection.GetValueOnGameThread();
		return Set < 0 ? bOfStream : Set != 0;
	}

	bool HasWeightsInBuffer()
	{
		return GLSDWeightsInBuffer.GetValueOnGameThread() != 0;
	}

	static FString JoinFrom(const TArray<FString>& Words, int32 First)
	{
		FString Joined;
		for (int32 Index = First; Index < Words.Num(); ++Index)
		{
			Joined += Index > First ? FString(TEXT(" ")) + Words[Index] : Words[Index];
		}
		return Joined;
	}

	static void SetControl(const TArray<FString>& Words)
	{
		if (Words.Num() < 2)
		{
			UE_LOG(LogMirageLSD, Warning, TEXT("MirageLSD.Set takes a control and its value, such as MirageLSD.Set strength 0.5; MirageLSD.Dump lists them."));
			return;
		}
		for (ULSDStreamEngine* Engine : ULSDStreamEngine::GetCapturing())
		{
			Engine->SetControl(Words[0], JoinFrom(Words, 1), GLSDTransition.GetValueOnGameThread());
		}
	}

	/** What is switched: on unless the word says 0. */
	static bool IsOn(const TArray<FString>& Words)
	{
		return Words.IsEmpty() || !(Words[0] == TEXT("0"));
	}

	static void SetBypass(const TArray<FString>& Words)
	{
		for (ULSDStreamEngine* Engine : ULSDStreamEngine::GetCapturing())
		{
			Engine->SetBypass(IsOn(Words));
		}
	}

	static void SetShow(const TArray<FString>& Words)
	{
		for (ULSDStreamEngine* Engine : ULSDStreamEngine::GetCapturing())
		{
			Engine->SetShowInView(IsOn(Words));
		}
	}

	static void Dump(const TArray<FString>&)
	{
		const TArray<ULSDStreamEngine*> Capturing = ULSDStreamEngine::GetCapturing();
		if (Capturing.IsEmpty())
		{
			UE_LOG(LogMirageLSD, Display, TEXT("No stream captures."));
		}
		for (const ULSDStreamEngine* Engine : Capturing)
		{
			const FLSDStats Stats = Engine->GetStats();
			UE_LOG(LogMirageLSD, Display, TEXT("State %d, %.1f frames a second, latency %.0f ms (95 %%: %.0f ms), %lld sent, %lld returned, %lld dropped. %s"),
				static_cast<int32>(Stats.State), Stats.FramesPerSecond, Stats.LatencyMsMedian, Stats.LatencyMs95, static_cast<long long>(Stats.FramesSubmitted),
				static_cast<long long>(Stats.FramesReturned), static_cast<long long>(Stats.FramesDropped), *Engine->GetLastError());
			for (const FLSDControlInfo& Control : Engine->GetControls())
			{
				UE_LOG(LogMirageLSD, Display, TEXT("  %s: %s"), *Control.Name, *(Control.Choices.IsEmpty() ? Control.Help : JoinFrom(Control.Choices, 0)));
			}
		}
	}
}

static FAutoConsoleCommand GLSDSet(TEXT("MirageLSD.Set"), TEXT("CONTROL VALUE: sets a control of the model in every running stream."),
	FConsoleCommandWithArgsDelegate::CreateStatic(&LSDConsole::SetControl));
static FAutoConsoleCommand GLSDBypass(
	TEXT("MirageLSD.Bypass"), TEXT("1: the engine's own picture; 0: the painted one."), FConsoleCommandWithArgsDelegate::CreateStatic(&LSDConsole::SetBypass));
static FAutoConsoleCommand GLSDShow(
	TEXT("MirageLSD.Show"), TEXT("1: results are shown in the view; 0: they are not."), FConsoleCommandWithArgsDelegate::CreateStatic(&LSDConsole::SetShow));
static FAutoConsoleCommand GLSDDump(
	TEXT("MirageLSD.Dump"), TEXT("State, figures and controls of every running stream."), FConsoleCommandWithArgsDelegate::CreateStatic(&LSDConsole::Dump));
