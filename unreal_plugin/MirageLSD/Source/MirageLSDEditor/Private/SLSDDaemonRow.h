// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDLocalDaemon.h"
#include "Templates/SharedPointer.h"
#include "Widgets/SCompoundWidget.h"

/** Starts, stops, installs and checks a local daemon, and says where it stands. */
class SLSDDaemonRow : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SLSDDaemonRow) {}
	SLATE_ARGUMENT(TSharedPtr<FLSDLocalDaemon>, Daemon)
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs);

private:
	void StartOrStop();
	FText GetStartText() const;

	TSharedPtr<FLSDLocalDaemon> Daemon;
};
