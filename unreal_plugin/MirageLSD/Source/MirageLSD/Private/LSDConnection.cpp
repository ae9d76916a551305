// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDConnection.h"

#include "HAL/PlatformMisc.h"
#include "LSDSettings.h"
#include "LSDUserSettings.h"
#include "Misc/CommandLine.h"
#include "Misc/Parse.h"

FLSDConnection FLSDConnection::FromSettings()
{
	const ULSDUserSettings* const User = GetDefault<ULSDUserSettings>();
	FLSDConnection Connection;
	Connection.Endpoint = GetDefault<ULSDSettings>()->Endpoint;
	Connection.Token = User->Token;
	Connection.ServerPublicKey = User->ServerPublicKey;
	Connection.ClientPublicKey = User->ClientPublicKey;
	Connection.ClientSecretKey = User->ClientSecretKey;
	FString Told;
	if (FParse::Value(FCommandLine::Get(), TEXT("-MirageLSDEndpoint="), Told))
	{
		Connection.Endpoint = Told;
	}
	const FString Token = FPlatformMisc::GetEnvironmentVariable(TEXT("MIRAGE_LSD_TOKEN"));
	if (!Token.IsEmpty())
	{
		Connection.Token = Token;
	}
	return Connection;
}
