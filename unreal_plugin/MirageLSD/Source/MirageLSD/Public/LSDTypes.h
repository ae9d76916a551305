// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

#include "LSDTypes.generated.h"

/** Where a stream stands. */
UENUM(BlueprintType)
enum class ELSDState : uint8
{
	/** StartCapture was not called, or StopCapture was. */
	Stopped,
	/** Waits for the daemon. */
	Connecting,
	/** Frames go out and come back. */
	Connected,
	/** The daemon refused the connection or the stream; GetLastError says why. */
	Failed
};

/** Whether the game waits for the result of each frame, so that a render has exactly one painted frame for each of the engine's. */
UENUM(BlueprintType)
enum class ELSDOffline : uint8
{
	/** While Movie Render Queue runs, and with a fixed time step (-fps, -benchmark). */
	Automatic,
	Always,
	Never
};

/** Who paints what is shown in the view. */
UENUM(BlueprintType)
enum class ELSDShading : uint8
{
	/** The engine, where it can: results are shown in the view, no texture is bound, the model has contexts, the graphics are of SM5 or newer. */
	Automatic,
	/** The engine, in each of its frames, from the daemon's contexts. */
	Engine,
	/** The daemon, whose pictures are shown. */
	Daemon,
	/** As Project Settings > Plugins > MirageLSD has it. */
	Project UMETA(DisplayName = "As the project")
};

/** One result that arrived: a picture, or a context to shade with. */
USTRUCT(BlueprintType)
struct MIRAGELSD_API FLSDFrameInfo
{
	GENERATED_BODY()

	/** Number of the sent frame that it was made from; the first is 1. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	int64 Sequence = 0;

	/** From the frame's capture on the render thread to the acquired result, milliseconds. The GPU's own time for the frame and the read-back's
	 * one to two frames are in it: it is what the player sees. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float LatencyMs = 0.0f;

	/** The newest control that was in effect; what SetScene and its like returned. 0 before any. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	int64 ControlSequence = 0;
};

/** Counters since StartCapture; rates over the last two seconds, latencies over the last 512 results. */
USTRUCT(BlueprintType)
struct MIRAGELSD_API FLSDStats
{
	GENERATED_BODY()

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	ELSDState State = ELSDState::Stopped;

	/** Frames that were copied from the GPU and given to the native core. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	int64 FramesSubmitted = 0;

	/** Results that came back. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	int64 FramesReturned = 0;

	/** Frames that were dropped anywhere on the way because a newer one was there. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	int64 FramesDropped = 0;

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	int64 Reconnects = 0;

	/** Results per second. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float FramesPerSecond = 0.0f;

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float LatencyMsMedian = 0.0f;

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float LatencyMs95 = 0.0f;

	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float LatencyMsMax = 0.0f;

	/** Of an empty message to the daemon and back. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float RoundTripMs = 0.0f;

	/** The engine paints each of its frames itself; otherwise the daemon's pictures are shown. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	bool bShadedInEngine = false;

	/** How old the context is that the engine paints with; it grows while the daemon is away. 0: there is none. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	float ContextAgeMs = 0.0f;

	/** How many of the daemon's pictures late reprojection carries to each frame, at most four; 0: the last one is shown as it is, or none. */
	UPROPERTY(BlueprintReadOnly, Category = "MirageLSD")
	int32 KeyFrames = 0;
};
