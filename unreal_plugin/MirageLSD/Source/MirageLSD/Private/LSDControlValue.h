// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDControlInfo.h"

#include "lsd/lsd.h"

/** A value for one control. */
struct FLSDControlValue
{
	ELSDControlKind Kind = ELSDControlKind::Text;
	FString Text;
	/** Number, flag: the first; direction (in the protocol's world), color: three. */
	float Numbers[3] = {};
	int64 Seed = 0;

	static FLSDControlValue FromText(const FString& Text);
	static FLSDControlValue FromNumber(float Number);
	static FLSDControlValue FromFlag(bool bFlag);
	static FLSDControlValue FromSeed(int64 Seed);
	static FLSDControlValue FromDirection(const FVector& Direction);
	static FLSDControlValue FromColor(const FLinearColor& Color);

	/** What `Value` means for a control; false and a sentence that says what it takes. */
	static bool Parse(const FLSDControlInfo& Control, const FString& Value, FLSDControlValue& Out, FString& OutError);

	/** Adds it to the group that was begun. */
	lsd_status Add(lsd_stream* Stream, const FString& Name) const;
};

/** A value that was set, to be sent again to a stream that is opened anew. */
struct FLSDKeptControl
{
	FString Name;
	FLSDControlValue Value;
	/** Text whose meaning is known only with the model's list. */
	bool bUnread = false;
	float TransitionSeconds = 0.0f;
};
