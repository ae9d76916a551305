// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "Widgets/SLeafWidget.h"

#include "sample_history.h"

/** Latency over the last results, as a line; the scale is its largest value. */
class SLSDLatencyGraph : public SLeafWidget
{
public:
	SLATE_BEGIN_ARGS(SLSDLatencyGraph) {}
	SLATE_END_ARGS()

	void Construct(const FArguments&) {}
	void AddSample(float Milliseconds) { Samples.add(Milliseconds); }

	//~ SWidget
	virtual int32 OnPaint(const FPaintArgs& Args, const FGeometry& AllottedGeometry, const FSlateRect& MyCullingRect, FSlateWindowElementList& OutDrawElements,
		int32 LayerId, const FWidgetStyle& InWidgetStyle, bool bParentEnabled) const override;
	virtual FVector2D ComputeDesiredSize(float) const override { return FVector2D(320.0, 80.0); }

private:
	lsd_unreal::SampleHistory<240> Samples;
};
