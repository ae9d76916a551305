// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDStreamSession.h"

#include "HAL/PlatformTime.h"
#include "LSDViewExtension.h"
#include "RenderingThread.h"

TSharedPtr<FLSDStreamSession> FLSDStreamSession::Start(const FLSDConnection& Connection, FString& OutError)
{
	const TSharedPtr<FLSDNativeClient, ESPMode::ThreadSafe> Client = FLSDNativeClient::Create(Connection, OutError);
	return Client.IsValid() ? MakeShared<FLSDStreamSession>(Connection.Endpoint, Client.ToSharedRef()) : TSharedPtr<FLSDStreamSession>();
}

FLSDStreamSession::FLSDStreamSession(const FString& Endpoint, const TSharedRef<FLSDNativeClient, ESPMode::ThreadSafe>& InClient)
	: Client(InClient)
	, Bridge(MakeShared<FLSDRenderBridge, ESPMode::ThreadSafe>())
	, Extension(FSceneViewExtensions::NewExtension<FLSDViewExtension>(Bridge))
	, Monitor(std::string(FTCHARToUTF8(*Endpoint).Get()))
	, StartSeconds(FPlatformTime::Seconds())
{
}

FLSDStreamSession::~FLSDStreamSession()
{
	Bridge->Deactivate();
	// A frame on its way may hold the extension longer than this, and end it on the render thread: what is marked in the world is the game thread's.
	SetSlots(nullptr, nullptr);
	// What belongs to the render thread is let go there, after the commands that are on their way.
	ENQUEUE_RENDER_COMMAND(LSDRelease)([Bridge = Bridge](FRHICommandListImmediate&) { Bridge->Release_RenderThread(); });
}

bool FLSDStreamSession::Open(const FLSDStreamOptions& Options, FString& OutError)
{
	const TSharedPtr<FLSDNativeStream, ESPMode::ThreadSafe> Opened = FLSDNativeStream::Open(Client, Options, OutError);
	if (!Opened.IsValid())
	{
		return false;
	}
	// The old one lives until the render thread has been told.
	Stream = Opened;
	return true;
}

bool FLSDStreamSession::IsOpenWith(FIntPoint OutputSize, int32 OutputFormat) const
{
	return Stream.IsValid() && Stream->GetOptions().OutputSize == OutputSize && Stream->GetOptions().OutputFormat == OutputFormat;
}

std::vector<lsd_unreal::ConnectionEvent> FLSDStreamSession::Poll()
{
	return Stream.IsValid() ? Monitor.update(Stream->GetStatus(FPlatformTime::Seconds() - StartSeconds)) : std::vector<lsd_unreal::ConnectionEvent>();
}

bool FLSDStreamSession::Pump(FLSDRenderRequest&& Request)
{
	if (!Bridge->BeginPump())
	{
		return false;
	}
	Request.Stream = Stream;
	ENQUEUE_RENDER_COMMAND(LSDPump)([Bridge = Bridge, Request = MoveTemp(Request)](FRHICommandListImmediate& RHICmdList) mutable
	{
		Bridge->Pump_RenderThread(RHICmdList, MoveTemp(Request));
	});
	return true;
}

void FLSDStreamSession::SetSlots(const TSharedPtr<FLSDSlotTable>& Slots, const FSceneInterface* Scene)
{
	Extension->SetSlots(Slots, Scene);
}

ELSDState FLSDStreamSession::GetState() const
{
	if (!Stream.IsValid())
	{
		return ELSDState::Failed;
	}
	const lsd_unreal::StreamStatus Status = Stream->GetStatus(0.0);
	if (Status.client == LSD_CLIENT_REFUSED || Status.stream == LSD_STREAM_FAILED)
	{
		return ELSDState::Failed;
	}
	return Status.client == LSD_CLIENT_READY && Status.stream == LSD_STREAM_OPEN ? ELSDState::Connected : ELSDState::Connecting;
}

FLSDStats FLSDStreamSession::GetStats() const
{
	FLSDStats Stats;
	Stats.State = GetState();
	if (Stream.IsValid())
	{
		const lsd_stats Native = Stream->GetStats();
		Stats.FramesSubmitted = Native.submitted;
		Stats.FramesReturned = Native.returned;
		Stats.FramesDropped = Native.dropped_client + Native.dropped_daemon + Native.dropped_results + Bridge->GetDropped();
		Stats.Reconnects = Native.reconnects;
		Stats.FramesPerSecond = Native.fps;
		Stats.LatencyMsMedian = Native.latency_ms_p50;
		Stats.LatencyMs95 = Native.latency_ms_p95;
		Stats.LatencyMsMax = Native.latency_ms_max;
		Stats.RoundTripMs = Native.round_trip_ms;
		Stats.bShadedInEngine = Stream->IsOfContexts();
		Stats.ContextAgeMs = Bridge->GetContextAgeMs();
		Stats.KeyFrames = Bridge->GetKeyFrames();
	}
	return Stats;
}
