// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

class UTexture;

/** What the daemon has to render for a texture. */
struct FLSDBoundTexture
{
	FIntPoint Size = FIntPoint(0, 0);
	int32 OutputFormat = 0;

	/** False and a sentence for a texture that results can't be written to. */
	static bool Describe(const UTexture& Texture, FLSDBoundTexture& Out, FString& OutError);
};
