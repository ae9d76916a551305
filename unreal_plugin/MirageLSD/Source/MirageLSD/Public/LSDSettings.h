// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "Engine/DeveloperSettings.h"
#include "LSDRule.h"
#include "LSDTypes.h"

#include "LSDSettings.generated.h"

/** Project Settings > Plugins > MirageLSD: what streams begin with, the same for everyone who works on the project. Secrets and paths of one machine are
 * in ULSDUserSettings. */
UCLASS(Config = Game, DefaultConfig, meta = (DisplayName = "MirageLSD"))
class MIRAGELSD_API ULSDSettings : public UDeveloperSettings
{
	GENERATED_BODY()

public:
	ULSDSettings();

	virtual FName GetCategoryName() const override;

	/** Where the daemon listens. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Daemon")
	FString Endpoint;

	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream")
	FString Model;

	/** Pixels of the sent picture; the engine renders at its own size. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream", meta = (ClampMin = "16", ClampMax = "4096"))
	int32 CaptureWidth = 640;

	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream", meta = (ClampMin = "16", ClampMax = "4096"))
	int32 CaptureHeight = 360;

	/** Most sampling steps a frame. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream", meta = (ClampMin = "1", ClampMax = "8"))
	int32 MaxSteps = 3;

	/** Frames sent a second; 0: every rendered one. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream", meta = (ClampMin = "0", ClampMax = "1000"))
	float TargetFPS = 24.0f;

	/** Without depth and camera the picture is not anchored to the world and is much weaker. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream")
	bool bSendDepth = true;

	/** Velocity of moving things; without it the daemon knows only the camera's motion. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream")
	bool bSendMotion = true;

	/** Who paints what is shown in the view. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream", meta = (InvalidEnumValues = "Project"))
	ELSDShading Shading = ELSDShading::Automatic;

	/** The daemon's pictures, which are some frames old, are carried to each frame's camera and depth before they are shown in the view. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream")
	bool bLateReprojection = true;

	/** Where the engine shades: which way surfaces look is read from the GBuffer, normal maps and smooth edges included. Off, and where there is no
	 * GBuffer (forward shading, Substrate's own format, unlit materials), it is taken from depth. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Stream", meta = (DisplayName = "GBuffer Normals"))
	bool bGBufferNormals = true;

	/** What things are that have no LSD Identity; the first rule that fits counts. Needs Rendering > Custom Depth-Stencil Pass: Enabled with Stencil. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Identities")
	TArray<FLSDRule> Rules;

	/** Custom stencil values from here to 255 may be given to marked things, 255 first. Values that the project gives itself are left alone. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Identities", meta = (ClampMin = "1", ClampMax = "255"))
	int32 LowestStencil = 1;
};
