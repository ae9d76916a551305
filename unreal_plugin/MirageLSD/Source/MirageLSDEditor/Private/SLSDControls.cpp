// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "SLSDControls.h"

#include "LSDStreamEngine.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Input/SCheckBox.h"
#include "Widgets/Input/SEditableTextBox.h"
#include "Widgets/Input/SSlider.h"
#include "Widgets/Layout/SWrapBox.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "MirageLSD"

namespace
{
	constexpr float MostTransitionSeconds = 10.0f;

	/** "sun_direction" as a panel writes it: "Sun direction". */
	FText ToLabel(const FLSDControlInfo& Control)
	{
		FString Text = Control.Name.Replace(TEXT("_"), TEXT(" "));
		Text = Text.Left(1).ToUpper() + Text.RightChop(1);
		return FText::FromString(Control.Unit.IsEmpty() ? Text : Text + TEXT(" (") + Control.Unit + TEXT(")"));
	}

	void ForEachStream(TFunctionRef<void(ULSDStreamEngine&)> Call)
	{
		// Several windows of a play session have a stream each.
		for (ULSDStreamEngine* Engine : ULSDStreamEngine::GetCapturing())
		{
			Call(*Engine);
		}
	}
}

void SLSDControls::Construct(const FArguments&)
{
	ChildSlot[SAssignNew(Rows, SVerticalBox)];
	Draw(TArray<FLSDControlInfo>());
}

void SLSDControls::Tick(const FGeometry& AllottedGeometry, const double InCurrentTime, const float InDeltaTime)
{
	SCompoundWidget::Tick(AllottedGeometry, InCurrentTime, InDeltaTime);
	const TArray<ULSDStreamEngine*> Capturing = ULSDStreamEngine::GetCapturing();
	ULSDStreamEngine* const Engine = Capturing.IsEmpty() ? nullptr : Capturing[0];
	const int64 Generation = Engine != nullptr ? Engine->GetControlsGeneration() : 0;
	if (Engine == Drawn.Get() && Generation == DrawnGeneration)
	{
		return;
	}
	Drawn = Engine;
	DrawnGeneration = Generation;
	Draw(Engine != nullptr ? Engine->GetControls() : TArray<FLSDControlInfo>());
}

void SLSDControls::Draw(const TArray<FLSDControlInfo>& Controls)
{
	Rows->ClearChildren();
	if (Controls.IsEmpty())
	{
		Rows->AddSlot().AutoHeight().Padding(2.0f)
		[
			SNew(STextBlock).Text(LOCTEXT("NoControls", "The model's controls appear here when a stream is connected."))
		];
		return;
	}
	FLSDControlInfo Transition;
	Transition.Name = TEXT("transition");
	Transition.Unit = TEXT("seconds");
	Rows->AddSlot().AutoHeight().Padding(2.0f)[SNew(STextBlock).Text(ToLabel(Transition))];
	Rows->AddSlot().AutoHeight().Padding(2.0f)
	[
		SNew(SSlider)
		.MinValue(0.0f)
		.MaxValue(MostTransitionSeconds)
		.Value(TransitionSeconds)
		.OnValueChanged_Lambda([this](float Value) { TransitionSeconds = Value; })
	];
	Rows->AddSlot().AutoHeight().Padding(2.0f)
	[
		SNew(STextBlock)
		.Text(LOCTEXT("BeforeAfter", "Before / after"))
		.ToolTipText(LOCTEXT("BeforeAfterHelp", "Share of the view, from the left, that stays the engine's own picture."))
	];
	Rows->AddSlot().AutoHeight().Padding(2.0f)
	[
		SNew(SSlider).OnValueChanged_Lambda([](float Value) { ForEachStream([&](ULSDStreamEngine& Engine) { Engine.SetBeforeAfter(Value); }); })
	];
	for (const FLSDControlInfo& Control : Controls)
	{
		const TSharedPtr<SWidget> Widget = MakeControl(Control);
		if (Widget.IsValid())
		{
			Rows->AddSlot().AutoHeight().Padding(2.0f)[SNew(STextBlock).Text(ToLabel(Control)).ToolTipText(FText::FromString(Control.Help))];
			Rows->AddSlot().AutoHeight().Padding(2.0f)[Widget.ToSharedRef()];
		}
	}
}

TSharedPtr<SWidget> SLSDControls::MakeControl(const FLSDControlInfo& Control)
{
	switch (Control.Kind)
	{
	case ELSDControlKind::Choice:
		return MakeChoice(Control);
	case ELSDControlKind::Text:
		return MakeText(Control);
	case ELSDControlKind::Number:
		return MakeNumber(Control);
	case ELSDControlKind::Flag:
		return MakeFlag(Control);
	default:
		return nullptr;
	}
}

TSharedRef<SWidget> SLSDControls::MakeChoice(const FLSDControlInfo& Control)
{
	const TSharedRef<SWrapBox> Row = SNew(SWrapBox).UseAllottedSize(true);
	for (const FString& Choice : Control.Choices)
	{
		Row->AddSlot().Padding(2.0f)
		[
			SNew(SButton)
			.Text(FText::FromString(Choice))
			.OnClicked_Lambda([this, Name = Control.Name, Choice]()
			{
				ForEachStream([&](ULSDStreamEngine& Engine) { Engine.SetControl(Name, Choice, TransitionSeconds); });
				return FReply::Handled();
			})
		];
	}
	return Row;
}

TSharedRef<SWidget> SLSDControls::MakeText(const FLSDControlInfo& Control)
{
	return SNew(SEditableTextBox)
		.Text(FText::FromString(Control.DefaultText))
		.OnTextCommitted_Lambda([this, Name = Control.Name](const FText& Text, ETextCommit::Type Commit)
		{
			// Leaving the field is no decision.
			if (Commit == ETextCommit::OnEnter)
			{
				ForEachStream([&](ULSDStreamEngine& Engine) { Engine.SetControl(Name, Text.ToString(), TransitionSeconds); });
			}
		});
}

TSharedRef<SWidget> SLSDControls::MakeNumber(const FLSDControlInfo& Control)
{
	return SNew(SSlider)
		.MinValue(Control.Minimum)
		.MaxValue(Control.Maximum)
		.Value(Control.DefaultNumber)
		.OnValueChanged_Lambda([Name = Control.Name](float Value)
		{
			ForEachStream([&](ULSDStreamEngine& Engine) { Engine.SetControlNumber(Name, Value); });
		});
}

TSharedRef<SWidget> SLSDControls::MakeFlag(const FLSDControlInfo& Control)
{
	return SNew(SCheckBox)
		.IsChecked(Control.DefaultNumber != 0.0f ? ECheckBoxState::Checked : ECheckBoxState::Unchecked)
		.OnCheckStateChanged_Lambda([Name = Control.Name](ECheckBoxState State)
		{
			ForEachStream([&](ULSDStreamEngine& Engine) { Engine.SetControlFlag(Name, State == ECheckBoxState::Checked); });
		});
}

#undef LOCTEXT_NAMESPACE
