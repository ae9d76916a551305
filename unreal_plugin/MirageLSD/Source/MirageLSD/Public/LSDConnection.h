// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

/** How a daemon is reached. Empty strings: not used. */
struct MIRAGELSD_API FLSDConnection
{
	FString Endpoint;
	FString Token;
	/** CURVE, for a daemon on another machine: 40 characters each. */
	FString ServerPublicKey;
	FString ClientPublicKey;
	FString ClientSecretKey;

	/** The project's and the user's settings. The command line (-MirageLSDEndpoint=) and the environment (MIRAGE_LSD_TOKEN) beat them: a
	 * packaged game has no user settings of the editor. */
	static FLSDConnection FromSettings();
};
