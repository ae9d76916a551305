// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDConnection.h"
#include "LSDControlInfo.h"
#include "LSDControlValue.h"
#include "Templates/SharedPointer.h"

#include "connection_monitor.h"
#include "lsd/lsd.h"

/** A connection of the native core. Shared: whoever holds it may call it; the last to let go ends it in the background. */
class FLSDNativeClient
{
public:
	/** nullptr and a sentence if the endpoint or a key is malformed. */
	static TSharedPtr<FLSDNativeClient, ESPMode::ThreadSafe> Create(const FLSDConnection& Connection, FString& OutError);

	explicit FLSDNativeClient(lsd_client* InHandle) : Handle(InHandle) {}
	~FLSDNativeClient();
	FLSDNativeClient(const FLSDNativeClient&) = delete;
	FLSDNativeClient& operator=(const FLSDNativeClient&) = delete;

	lsd_client* Get() const { return Handle; }

	/** Whether a stream of the model can be opened for contexts, to be shaded here; false before the daemon has answered. */
	bool HasContexts(const FString& Model) const;

private:
	lsd_client* Handle;
};

struct FLSDStreamOptions
{
	FString Model;
	FIntPoint Size = FIntPoint(640, 360);
	FIntPoint OutputSize = FIntPoint(640, 360);
	int32 OutputFormat = LSD_FORMAT_BGRA8;
	bool bDepth = true;
	bool bMotion = true;
	bool bIds = false;
	int32 MaxSteps = 3;
	int32 Seed = 0;
	float TargetFPS = 0.0f;
};

/** A stream of the native core. The game thread sends controls, the render thread sends and takes frames; the last holder closes it. */
class FLSDNativeStream
{
public:
	static TSharedPtr<FLSDNativeStream, ESPMode::ThreadSafe> Open(
		const TSharedRef<FLSDNativeClient, ESPMode::ThreadSafe>& Client, const FLSDStreamOptions& Options, FString& OutError);

	FLSDNativeStream(const TSharedRef<FLSDNativeClient, ESPMode::ThreadSafe>& InClient, const FLSDStreamOptions& InOptions, lsd_stream* InHandle)
		: Client(InClient), Options(InOptions), Handle(InHandle)
	{
	}
	~FLSDNativeStream();
	FLSDNativeStream(const FLSDNativeStream&) = delete;
	FLSDNativeStream& operator=(const FLSDNativeStream&) = delete;

	lsd_stream* Get() const { return Handle; }
	const FLSDStreamOptions& GetOptions() const { return Options; }

	lsd_unreal::StreamStatus GetStatus(double SecondsSinceStart) const;
	lsd_stats GetStats() const;

	/** The model's controls, as the daemon has announced them; empty before it has. */
	TArray<FLSDControlInfo> GetControls() const;
	/** Rises when the list may have changed. */
	int64 GetControlsGeneration() const { return lsd_client_models_generation(Client->Get()); }

	/** Returns the control's number, or 0 and a sentence. */
	int64 Send(const FString& Name, const FLSDControlValue& Value, float TransitionSeconds, FString& OutError);

	/** The stream was opened for contexts in place of pictures. */
	bool IsOfContexts() const { return Options.OutputFormat == LSD_FORMAT_CONTEXT; }
	/** The newest context of a stream with the format Context, also when it was acquired before; its pointers are good until ReleaseContext. At most
	 * three may be held. */
	bool TryAcquireContext(lsd_context& OutContext) { return lsd_stream_acquire_context(Handle, &OutContext) == LSD_OK; }
	void ReleaseContext(lsd_context& Context) { lsd_stream_release_context(Handle, &Context); }

	/** The next notice that was not taken yet. */
	bool TakeNotice(FString& OutMessage);
	/** What the daemon is busy with before results come, as a sentence; empty: nothing. */
	FString GetProgress() const;

private:
	TSharedRef<FLSDNativeClient, ESPMode::ThreadSafe> Client;
	const FLSDStreamOptions Options;
	lsd_stream* const Handle;
};
