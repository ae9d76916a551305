// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDStreamEngine.h"

#include "Components/SceneCaptureComponent2D.h"
#include "Engine/Engine.h"
#include "Engine/TextureRenderTarget2D.h"
#include "Engine/World.h"
#include "HAL/PlatformTime.h"
#include "LSDBoundTexture.h"
#include "LSDConsole.h"
#include "LSDOffline.h"
#include "LSDSceneCapture.h"
#include "LSDSettings.h"
#include "LSDSlotTable.h"
#include "LSDStreamSession.h"
#include "LSDWorld.h"
#include "TextureResource.h"

// Between the game's tick and the render thread.

void ULSDStreamEngine::PumpRenderThread()
{
	const bool bShadedInEngine = bShadesInEngine;
	bShadesInEngine = ChooseShading();
	bReopen |= bShadesInEngine != bShadedInEngine;
	UTexture* const Texture = bShadesInEngine ? nullptr : BoundTexture != nullptr ? BoundTexture.Get() : bShowInView ? OwnTexture.Get() : nullptr;
	FLSDBoundTexture Bound;
	FString Error;
	const bool bWritable = Texture != nullptr && FLSDBoundTexture::Describe(*Texture, Bound, Error);
	const bool bHadIds = bSendIds;
	bSendIds = MarkThings();
	bReopen |= bSendIds != bHadIds;
	if ((bWritable && !Session->IsOpenWith(Bound.Size, Bound.OutputFormat)) || (Texture == nullptr && bShowInView && !bShadesInEngine) || bReopen)
	{
		// Another texture, or one that was resized: the daemon renders at its size.
		bReopen = false;
		OpenStream();
	}
	if (Session->Pump(MakeRequest(bWritable ? Texture : nullptr)))
	{
		bResetAsked = false;
	}
}

FLSDRenderRequest ULSDStreamEngine::MakeRequest(UTexture* Target)
{
	FLSDRenderRequest Request;
	Request.Target = Target != nullptr ? Target->GetResource() : nullptr;
	Request.bFromSceneCapture = bFromSceneCapture;
	UWorld* const Viewed = FindWorld();
	if (RequestedWorld.Get() != Viewed)
	{
		// Another level. The render thread knows scenes by their address, and a new one often lies where the old one was.
		RequestedWorld = Viewed;
		bResetAsked = true;
	}
	Request.Scene = Viewed != nullptr ? Viewed->Scene : nullptr;
	Request.Player = Player;
	if (Session->GetState() == ELSDState::Connected && GEngine != nullptr && GEngine->IsStereoscopic3D())
	{
		ReportError(TEXT("Headsets are not supported: the picture would be that of one eye. Capture a scene capture instead, or play without the headset."));
	}
	if (const USceneCaptureComponent2D* Capture = SceneCapture.Get())
	{
		FString CaptureError;
		if (!LSDSceneCapture::CanBeSent(*Capture, CaptureError))
		{
			ReportError(CaptureError);
		}
		Request.Source = Capture->TextureTarget != nullptr ? Capture->TextureTarget->GameThread_GetRenderTargetResource() : nullptr;
	}
	Request.bShowInView = bShowInView && !bBypass;
	Request.bForget = IsLost();
	FString WorldError;
	const bool bCanBeSent = LSDWorld::CanBeSent(Viewed, WorldError);
	if (!bCanBeSent && Session->GetState() == ELSDState::Connected)
	{
		ReportError(WorldError);
	}
	Request.bPaused = !LSDConsole::IsEnabled() || !bCanBeSent;
	Request.bNormals = GetDefault<ULSDSettings>()->bGBufferNormals;
	Request.bWeightsInBuffer = LSDConsole::HasWeightsInBuffer();
	Request.bOffline = IsOffline();
	// A scene capture's camera is not the view's. An offline render shows each picture as it was made.
	Request.bReproject = Request.bShowInView && !Request.bPaused && !Request.bOffline && !bShadesInEngine && !bFromSceneCapture && bSendDepth
		&& LSDConsole::GetLateReprojection(bLateReprojection);
	Request.BeforeAfter = LSDConsole::GetBeforeAfter(BeforeAfter);
	Request.bReset = bResetAsked;
	Request.TargetFPS = LSDConsole::GetTargetFPS(TargetFPS);
	Request.bHasSun = !Sun.IsNearlyZero();
	if (Request.bHasSun)
	{
		const FVector Direction = Sun.GetSafeNormal();
		const std::array<float, 3> Towards = lsd_unreal::direction_to_protocol(Direction.X, Direction.Y, Direction.Z);
		Request.Sun = {{Towards[0], Towards[1], Towards[2]}, {SunColor.R, SunColor.G, SunColor.B}};
	}
	return Request;
}

bool ULSDStreamEngine::ChooseShading()
{
	if (Shading == ELSDShading::Daemon)
	{
		return false;
	}
	// What a daemon can do is known as long as it is there; one that has gone leaves the world as it is.
	const ELSDState State = Session->GetState();
	if (State != ELSDState::Connected && State != ELSDState::Failed)
	{
		return bShadesInEngine;
	}
	const TCHAR* Why = nullptr;
	if (!bShowInView || BoundTexture != nullptr || bFromSceneCapture)
	{
		Why = TEXT("The engine can only shade the player's view: switch Show in View on, without an output texture and a scene capture. The daemon's pictures are taken.");
	}
	else if (!bSendDepth)
	{
		Why = TEXT("The engine can't shade without depth: switch Send Depth on. The daemon's pictures are taken.");
	}
	else if (!Session->HasContexts(Model))
	{
		Why = TEXT("The daemon's model has no contexts for the engine to shade with; its pictures are taken.");
	}
	if (Why != nullptr && Shading == ELSDShading::Engine && State == ELSDState::Connected)
	{
		ReportError(Why);
	}
	return Why == nullptr;
}

bool ULSDStreamEngine::MarkThings()
{
	UWorld* const Viewed = FindWorld();
	FString Error;
	if (!FLSDSlotTable::IsNeeded(Viewed))
	{
		Session->SetSlots(nullptr, nullptr);
		return false;
	}
	// Said to who is connected: what was said before is said again then.
	const bool bConnected = Session->GetState() == ELSDState::Connected;
	if (!FLSDSlotTable::CanBeDrawn(Error))
	{
		Session->SetSlots(nullptr, nullptr);
		if (bConnected)
		{
			ReportError(Error);
		}
		return false;
	}
	const TSharedRef<FLSDSlotTable> Slots = FLSDSlotTable::Of(*Viewed);
	Slots->Update(FPlatformTime::Seconds());
	Session->SetSlots(Slots, Viewed->Scene);
	if (bConnected && !Slots->GetProblem().IsEmpty())
	{
		ReportError(Slots->GetProblem());
	}
	return true;
}

bool ULSDStreamEngine::IsLost()
{
	constexpr double LossSeconds = 1.0;
	const double Now = FPlatformTime::Seconds();
	if (Session->GetState() == ELSDState::Connected)
	{
		ConnectedSeconds = Now;
	}
	return ConnectedSeconds >= 0.0 && Now - ConnectedSeconds > LossSeconds;
}

void ULSDStreamEngine::WatchRendering()
{
	FString WorldError;
	const bool bConnected = Session->GetState() == ELSDState::Connected && LSDWorld::CanBeSent(FindWorld(), WorldError);
	if (!Session->GetWatchdog().update(bConnected && LSDConsole::IsEnabled(), Session->GetBridge().GetRendered(), FPlatformTime::Seconds()))
	{
		return;
	}
	if (bFromSceneCapture)
	{
		ReportError(TEXT("Connected, but the scene capture renders nothing: it must be visible in a running world, and capture every frame."));
	}
	else if (FindWorld() == nullptr)
	{
		ReportError(TEXT("Connected, but there is no game world: press Play, or give the stream a world with SetWorldContext."));
	}
	else
	{
		ReportError(TEXT("Connected, but the player's view renders nothing that could be sent: the window is minimised, there is no such player, or its view mode is not lit."));
	}
}

void ULSDStreamEngine::TakeFrames()
{
	// A callback may stop the capture.
	const TSharedPtr<FLSDStreamSession> Running = Session;
	FLSDFrameInfo Frame;
	while (Running.IsValid() && Running->GetBridge().TakeFrame(Frame))
	{
		LastFrame = Frame;
		OnFrame.Broadcast(Frame);
	}
}

bool ULSDStreamEngine::IsOffline() const
{
	return Offline == ELSDOffline::Always || (Offline == ELSDOffline::Automatic && LSDOffline::IsRendering());
}

void ULSDStreamEngine::WaitForResult()
{
	UTexture* const Target = BoundTexture != nullptr ? BoundTexture.Get() : OwnTexture.Get();
	if (!LSDOffline::WaitForResult(*Session, [this, Target] { Session->Pump(MakeRequest(Target)); }))
	{
		ReportError(TEXT("The offline render has waited ten seconds for a frame and goes on without it; look whether the daemon is still at work, or set Offline to Never."));
	}
	TakeFrames();
}
