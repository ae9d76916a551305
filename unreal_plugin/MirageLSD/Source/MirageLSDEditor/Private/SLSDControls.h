// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDControlInfo.h"
#include "UObject/WeakObjectPtr.h"
#include "Widgets/SCompoundWidget.h"

class SVerticalBox;
class ULSDStreamEngine;

/** The controls of the model that the running streams use, drawn from what the daemon announces: buttons, text fields, sliders, switches. What is set
 * goes to every stream that captures. */
class SLSDControls : public SCompoundWidget
{
public:
	SLATE_BEGIN_ARGS(SLSDControls) {}
	SLATE_END_ARGS()

	void Construct(const FArguments& InArgs);

	//~ SWidget
	virtual void Tick(const FGeometry& AllottedGeometry, const double InCurrentTime, const float InDeltaTime) override;

private:
	void Draw(const TArray<FLSDControlInfo>& Controls);
	/** nullptr for a kind that is set from code: directions, colors, seeds. */
	TSharedPtr<SWidget> MakeControl(const FLSDControlInfo& Control);
	TSharedRef<SWidget> MakeChoice(const FLSDControlInfo& Control);
	TSharedRef<SWidget> MakeText(const FLSDControlInfo& Control);
	TSharedRef<SWidget> MakeNumber(const FLSDControlInfo& Control);
	TSharedRef<SWidget> MakeFlag(const FLSDControlInfo& Control);

	TSharedPtr<SVerticalBox> Rows;
	TWeakObjectPtr<ULSDStreamEngine> Drawn;
	int64 DrawnGeneration = -1;
	float TransitionSeconds = 2.0f;
};
