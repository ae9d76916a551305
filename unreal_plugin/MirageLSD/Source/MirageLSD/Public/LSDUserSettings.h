// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "Engine/DeveloperSettings.h"

#include "LSDUserSettings.generated.h"

/** Editor Preferences > Plugins > MirageLSD: what concerns one user on one machine. It is stored in the project's Saved folder, never in Config, so
 * it goes neither into version control nor into a packaged game. */
UCLASS(Config = EditorPerProjectUserSettings, meta = (DisplayName = "MirageLSD"))
class MIRAGELSD_API ULSDUserSettings : public UDeveloperSettings
{
	GENERATED_BODY()

public:
	virtual FName GetContainerName() const override { return FName(TEXT("Editor")); }
	virtual FName GetCategoryName() const override { return FName(TEXT("Plugins")); }

	/** Where mirage-lsd is: a program, a Python, or a folder with a virtual environment. Empty: it is looked for. */
	UPROPERTY(Config, EditAnywhere, Category = "Daemon")
	FString DaemonCommand;

	/** What "Install" gives to pip: mirage-lsd, a wheel, or a folder with the project. */
	UPROPERTY(Config, EditAnywhere, Category = "Daemon")
	FString InstallSource = TEXT("mirage-lsd");

	/** auto, cpu, cuda, ...; empty: the daemon's own choice. */
	UPROPERTY(Config, EditAnywhere, Category = "Daemon")
	FString Device;

	/** server.key of mirage-lsd keygen, for a daemon that is started here and has clients on other machines. */
	UPROPERTY(Config, EditAnywhere, Category = "Daemon")
	FString ServerKeyFile;

	/** Only if the daemon was started with one. The environment variable MIRAGE_LSD_TOKEN beats it. */
	UPROPERTY(Config, EditAnywhere, Category = "Connection", meta = (PasswordField = true))
	FString Token;

	/** Of a daemon on another machine (mirage-lsd keygen): 40 characters. */
	UPROPERTY(Config, EditAnywhere, Category = "Connection")
	FString ServerPublicKey;

	UPROPERTY(Config, EditAnywhere, Category = "Connection")
	FString ClientPublicKey;

	UPROPERTY(Config, EditAnywhere, Category = "Connection", meta = (PasswordField = true))
	FString ClientSecretKey;
};
