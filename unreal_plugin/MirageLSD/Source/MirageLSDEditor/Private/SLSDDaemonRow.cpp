// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "SLSDDaemonRow.h"

#include "HAL/PlatformProcess.h"
#include "LSDStreamEngine.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "MirageLSD"

void SLSDDaemonRow::Construct(const FArguments& InArgs)
{
	Daemon = InArgs._Daemon;
	const TSharedRef<SHorizontalBox> Buttons = SNew(SHorizontalBox);
	Buttons->AddSlot().AutoWidth().Padding(2.0f)
	[
		SNew(SButton)
		.Text_Lambda([this]() { return GetStartText(); })
		.OnClicked_Lambda([this]()
		{
			StartOrStop();
			return FReply::Handled();
		})
	];
	Buttons->AddSlot().AutoWidth().Padding(2.0f)
	[
		SNew(SButton)
		.Text(LOCTEXT("Install", "Install"))
		.ToolTipText(LOCTEXT("InstallTip", "Makes a Python environment in the project's Saved folder and installs mirage-lsd into it."))
		.OnClicked_Lambda([this]()
		{
			Daemon->Install();
			return FReply::Handled();
		})
	];
	Buttons->AddSlot().AutoWidth().Padding(2.0f)
	[
		SNew(SButton)
		.Text(LOCTEXT("Check", "Check"))
		.ToolTipText(LOCTEXT("CheckTip", "mirage-lsd doctor: what this machine can do, and what is missing."))
		.OnClicked_Lambda([this]()
		{
			Daemon->Check();
			return FReply::Handled();
		})
	];
	Buttons->AddSlot().AutoWidth().Padding(2.0f)
	[
		SNew(SButton)
		.Text(LOCTEXT("OpenLog", "Open its log"))
		.OnClicked_Lambda([]()
		{
			FPlatformProcess::LaunchFileInDefaultExternalApplication(*FLSDLocalDaemon::GetLogFile());
			return FReply::Handled();
		})
	];
	ChildSlot
	[
		SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight()[Buttons]
		+ SVerticalBox::Slot().AutoHeight().Padding(2.0f)
		[
			SNew(STextBlock).AutoWrapText(true).Text_Lambda([this]() { return FText::FromString(Daemon->GetText()); })
		]
	];
}

FText SLSDDaemonRow::GetStartText() const
{
	switch (Daemon->GetState())
	{
	case FLSDLocalDaemon::EState::Stopped:
		return LOCTEXT("StartDaemon", "Start a local daemon");
	case FLSDLocalDaemon::EState::Running:
		return LOCTEXT("StopDaemon", "Stop the daemon");
	default:
		return LOCTEXT("Cancel", "Cancel");
	}
}

void SLSDDaemonRow::StartOrStop()
{
	if (Daemon->GetState() != FLSDLocalDaemon::EState::Stopped)
	{
		Daemon->Stop();
		return;
	}
	const TArray<ULSDStreamEngine*> Capturing = ULSDStreamEngine::GetCapturing();
	Daemon->Start(Capturing.IsEmpty() || Capturing[0]->UsesGPU());
}

#undef LOCTEXT_NAMESPACE
