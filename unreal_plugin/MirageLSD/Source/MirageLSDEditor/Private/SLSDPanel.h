// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDLocalDaemon.h"
#include "Styling/SlateBrush.h"
#include "Templates/SharedPointer.h"
#include "UObject/WeakObjectPtr.h"
#include "Widgets/SCompoundWidget.h"

class SLSDLatencyGraph;
class ULSDStreamEngine;

/** The tab "MirageLSD": a local daemon, the running stream's state, latency and picture, and the model's controls. */
class SLSDPanel : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SLSDPanel) {}
	SLATE_ARGUMENT(TSharedPtr<FLSDLocalDaemon>, Daemon)
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs);

	//~ SWidget
	virtual void Tick(const FGeometry& AllottedGeometry, const double InCurrentTime, const float InDeltaTime) override;

private:
	FText GetStreamText() const;

	TWeakObjectPtr<ULSDStreamEngine> Stream;
	TSharedPtr<SLSDLatencyGraph> Graph;
	FSlateBrush Preview;
	int64 GraphedFrames = 0;
};
