// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"
#include "InputCoreTypes.h"
#include "LSDStreamEngine.h"

#include "LSDStreamComponent.generated.h"

class ADirectionalLight;
class ULSDStreamEngine;
class ULSDTheme;
class UTextureRenderTarget2D;

/**
 * A stream without code: drop it on an actor and press Play. On an actor with a scene capture it sends that capture's picture, on any
 * other the player's view.
 */
UCLASS(ClassGroup = (MirageLSD), meta = (BlueprintSpawnableComponent, DisplayName = "MirageLSD Stream"))
class MIRAGELSD_API ULSDStreamComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	ULSDStreamComponent();

	/** The stream that the component runs; nullptr before BeginPlay. */
	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	ULSDStreamEngine* GetStreamEngine() const { return StreamEngine; }

	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void StartStream();

	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void StopStream();

	/** Where the re-rendered picture goes; may be empty if it is shown in the view. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	TObjectPtr<UTextureRenderTarget2D> OutputTexture;

	/** Shows the re-rendered picture full screen in place of the player's view. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	bool bShowInView = true;

	/** Who paints what is shown in the view; anything but "As the project" beats the project's setting. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	ELSDShading Shading = ELSDShading::Project;

	/** Carries the daemon's pictures to each frame's camera and depth before they are shown. Off in the project's settings: off. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	bool bLateReprojection = true;

	/** On a pawn: only for the player of this machine. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	bool bStartOnBeginPlay = true;

	/** Which player's view, in split screen. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD", meta = (ClampMin = "0", ClampMax = "7"))
	int32 Player = 0;

	/** Empty: the project's. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	FString Model;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	bool bUseGPU = true;

	/** A look as an asset; Scene, Lighting and Prompt beat it. Sequencer may change it, and all that is Interp below. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD")
	TObjectPtr<ULSDTheme> Theme;

	/** One of the model's scenes, which the panel MirageLSD shows: forest, city, ... */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD")
	FString Scene;

	/** One of the model's lightings: day, sunset, ... */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD")
	FString Lighting;

	/** Free text; scene and lighting beat it. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD")
	FString Prompt;

	/** From one scene, lighting or prompt to the next, while it plays. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD", meta = (ClampMin = "0", ClampMax = "60"))
	float TransitionSeconds = 2.0f;

	/** How much of the painted picture is seen. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD", meta = (ClampMin = "0", ClampMax = "1"))
	float Strength = 1.0f;

	/** Share of the view's width, from the left, that stays the engine's own picture. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD", meta = (ClampMin = "0", ClampMax = "1"))
	float BeforeAfter = 0.0f;

	/** The engine's own picture, at once. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Interp, Category = "MirageLSD")
	bool bBypass = false;

	/** Switches Bypass; None: no key. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	FKey BypassKey;

	/** Whether the game waits for the result of each frame: for renders, not for playing. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	ELSDOffline Offline = ELSDOffline::Automatic;

	/** Tells the daemon where the light comes from. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "MirageLSD")
	TObjectPtr<ADirectionalLight> SunLight;

	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDConnectedSignature OnConnected;

	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDDisconnectedSignature OnDisconnected;

	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDFrameSignature OnFrame;

	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDErrorSignature OnError;

	//~ UActorComponent
	virtual void BeginPlay() override;
	virtual void EndPlay(const EEndPlayReason::Type EndPlayReason) override;
	virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction) override;

private:
	/** False for the pawn of a player who sits at another machine. */
	bool IsOfThisMachine() const;

	/** Sequencer and the details panel write properties: what changed is sent, at most once a tick. */
	void SendChanges();
	void ReadBypassKey();

	UFUNCTION()
	void ForwardConnected();
	UFUNCTION()
	void ForwardDisconnected(const FString& Reason);
	UFUNCTION()
	void ForwardFrame(const FLSDFrameInfo& Frame);
	UFUNCTION()
	void ForwardError(const FString& Message);

	UPROPERTY(Transient)
	TObjectPtr<ULSDStreamEngine> StreamEngine;

	UPROPERTY(Transient)
	TObjectPtr<ULSDTheme> SentTheme;

	bool bStartWhenPossessed = false;
	bool bSentBypass = false;
	float SentStrength = 1.0f;
	float SentBeforeAfter = 0.0f;
	FString SentScene;
	FString SentLighting;
	FString SentPrompt;
};
