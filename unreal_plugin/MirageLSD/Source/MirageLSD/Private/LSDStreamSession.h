// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDNativeStream.h"
#include "LSDRenderBridge.h"
#include "LSDTypes.h"
#include "Templates/SharedPointer.h"

#include "connection_monitor.h"
#include "render_watchdog.h"
#include "said_once.h"

class FLSDSlotTable;
class FLSDViewExtension;
class FSceneInterface;

/** A stream between StartCapture and StopCapture: the connection, and the bridge to the render thread. Game thread. */
class FLSDStreamSession
{
public:
	/** nullptr and a sentence if the endpoint is malformed. */
	static TSharedPtr<FLSDStreamSession> Start(const FLSDConnection& Connection, FString& OutError);

	FLSDStreamSession(const FString& Endpoint, const TSharedRef<FLSDNativeClient, ESPMode::ThreadSafe>& InClient);
	~FLSDStreamSession();
	FLSDStreamSession(const FLSDStreamSession&) = delete;
	FLSDStreamSession& operator=(const FLSDStreamSession&) = delete;

	/** Opens the stream, or opens it anew with other options; the connection stays. */
	bool Open(const FLSDStreamOptions& Options, FString& OutError);
	bool IsOpenWith(FIntPoint OutputSize, int32 OutputFormat) const;

	/** What happened since the last call. */
	std::vector<lsd_unreal::ConnectionEvent> Poll();

	/** Sends a request to the render thread unless the last is still on its way; then `Request` goes with the next. */
	bool Pump(FLSDRenderRequest&& Request);

	ELSDState GetState() const;
	/** Whether the daemon's model has contexts, to be shaded here; false before it has answered. */
	bool HasContexts(const FString& Model) const { return Client->HasContexts(Model); }
	FLSDStats GetStats() const;
	/** What is marked in a world; nullptr: nothing. Keeps the table. */
	void SetSlots(const TSharedPtr<FLSDSlotTable>& Slots, const FSceneInterface* Scene);

	FLSDNativeStream* GetStream() const { return Stream.Get(); }
	FLSDRenderBridge& GetBridge() const { return *Bridge; }
	lsd_unreal::SaidOnce& GetSaid() { return Said; }
	lsd_unreal::RenderWatchdog& GetWatchdog() { return Watchdog; }

private:
	TSharedRef<FLSDNativeClient, ESPMode::ThreadSafe> Client;
	TSharedPtr<FLSDNativeStream, ESPMode::ThreadSafe> Stream;
	TSharedRef<FLSDRenderBridge, ESPMode::ThreadSafe> Bridge;
	TSharedPtr<FLSDViewExtension, ESPMode::ThreadSafe> Extension;
	lsd_unreal::ConnectionMonitor Monitor;
	lsd_unreal::SaidOnce Said;
	lsd_unreal::RenderWatchdog Watchdog;
	double StartSeconds;
};
