// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "SLSDPanel.h"

#include "Engine/Texture.h"
#include "LSDStreamEngine.h"
#include "SLSDControls.h"
#include "SLSDDaemonRow.h"
#include "SLSDLatencyGraph.h"
#include "Widgets/Images/SImage.h"
#include "Widgets/Layout/SBox.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "MirageLSD"

void SLSDPanel::Construct(const FArguments& InArgs)
{
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight().Padding(4.0f)[SNew(SLSDDaemonRow).Daemon(InArgs._Daemon)]
		+ SVerticalBox::Slot().AutoHeight().Padding(4.0f)[SNew(STextBlock).AutoWrapText(true).Text_Lambda([this]() { return GetStreamText(); })]
		+ SVerticalBox::Slot().AutoHeight().Padding(4.0f)[SAssignNew(Graph, SLSDLatencyGraph)]
		+ SVerticalBox::Slot().AutoHeight().Padding(4.0f)[SNew(SBox).WidthOverride(320.0f).HeightOverride(180.0f)[SNew(SImage).Image(&Preview)]]
		+ SVerticalBox::Slot().AutoHeight().Padding(4.0f)[SNew(SLSDControls)]
	];
}

FText SLSDPanel::GetStreamText() const
{
	const ULSDStreamEngine* const Engine = Stream.Get();
	if (Engine == nullptr)
	{
		return LOCTEXT("NoStream", "No stream: press Play in a level with a MirageLSD Stream component.");
	}
	const FLSDStats Stats = Engine->GetStats();
	const TCHAR* State = Stats.State == ELSDState::Connected ? TEXT("Connected")
						 : Stats.State == ELSDState::Failed ? TEXT("Refused")
															: TEXT("Connecting");
	FString Text = FString::Printf(TEXT("%s. %.1f frames a second, latency %.0f ms (95 %%: %.0f ms), %lld sent, %lld dropped."), State,
		Stats.FramesPerSecond, Stats.LatencyMsMedian, Stats.LatencyMs95, static_cast<long long>(Stats.FramesSubmitted), static_cast<long long>(Stats.FramesDropped));
	if (Stats.bShadedInEngine)
	{
		Text += TEXT(" Shaded in the engine.");
		if (Stats.ContextAgeMs > 1000.0f)
		{
			Text += FString::Printf(TEXT(" No context has come for %.0f s: the world stays painted as it was."), Stats.ContextAgeMs * 1e-3f);
		}
	}
	else if (Stats.KeyFrames > 0)
	{
		Text += TEXT(" Late reprojection.");
	}
	if (!Engine->GetProgress().IsEmpty())
	{
		Text += TEXT(" ");
		Text += Engine->GetProgress();
	}
	if (!Engine->GetLastError().IsEmpty())
	{
		Text += TEXT(" ");
		Text += Engine->GetLastError();
	}
	return FText::FromString(Text);
}

void SLSDPanel::Tick(const FGeometry& AllottedGeometry, const double InCurrentTime, const float InDeltaTime)
{
	SCompoundWidget::Tick(AllottedGeometry, InCurrentTime, InDeltaTime);
	const TArray<ULSDStreamEngine*> Capturing = ULSDStreamEngine::GetCapturing();
	Stream = Capturing.IsEmpty() ? nullptr : Capturing[0];
	// Set anew each time, because a brush does not keep its texture from the garbage collector.
	Preview.SetResourceObject(Stream.IsValid() ? Stream->GetOutputTexture() : nullptr);
	if (Stream.IsValid())
	{
		const FLSDFrameInfo Last = Stream->GetLastFrame();
		if (Last.Sequence != GraphedFrames)
		{
			GraphedFrames = Last.Sequence;
			Graph->AddSample(Last.LatencyMs);
		}
	}
}

#undef LOCTEXT_NAMESPACE
