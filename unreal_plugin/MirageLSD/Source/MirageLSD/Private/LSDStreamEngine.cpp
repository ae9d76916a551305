// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDStreamEngine.h"

#include "Components/SceneCaptureComponent2D.h"
#include "Engine/Engine.h"
#include "Engine/Texture2D.h"
#include "Engine/TextureRenderTarget2D.h"
#include "Engine/World.h"
#include "HAL/PlatformTime.h"
#include "LSDBoundTexture.h"
#include "LSDControlValue.h"
#include "LSDSceneCapture.h"
#include "LSDSettings.h"
#include "LSDStreamSession.h"
#include "LSDWorld.h"
#include "Misc/App.h"
#include "Misc/CoreMisc.h"
#include "MirageLSDLog.h"
#include "TextureResource.h"
#include "UObject/Package.h"
#include "UObject/UObjectIterator.h"

ULSDStreamEngine::ULSDStreamEngine()
	: KeptControls(MakeShared<TArray<FLSDKeptControl>>())
{
	const ULSDSettings* const Settings = GetDefault<ULSDSettings>();
	Model = Settings->Model;
	Connection = FLSDConnection::FromSettings();
	CaptureSize = FIntPoint(Settings->CaptureWidth, Settings->CaptureHeight);
	MaxSteps = Settings->MaxSteps;
	TargetFPS = Settings->TargetFPS;
	bSendDepth = Settings->bSendDepth;
	bSendMotion = Settings->bSendMotion;
	SetShading(ELSDShading::Project);
	bLateReprojection = Settings->bLateReprojection;
}

ULSDStreamEngine* ULSDStreamEngine::Create(const FString& InModel, bool bInUseGPU)
{
	ULSDStreamEngine* const Engine = NewObject<ULSDStreamEngine>(GetTransientPackage());
	if (!InModel.IsEmpty())
	{
		Engine->Model = InModel;
	}
	Engine->bUseGPU = bInUseGPU;
	return Engine;
}

void ULSDStreamEngine::BindTexture(UTexture* Texture)
{
	FLSDBoundTexture Described;
	FString Error;
	if (Texture != nullptr && !FLSDBoundTexture::Describe(*Texture, Described, Error))
	{
		ReportError(Error);
		Texture = nullptr;
	}
	BoundTexture = Texture;
}

void ULSDStreamEngine::SetSceneCapture(USceneCaptureComponent2D* NewSceneCapture)
{
	SceneCapture = NewSceneCapture;
	bFromSceneCapture = NewSceneCapture != nullptr;
	FString Error;
	if (NewSceneCapture != nullptr && !LSDSceneCapture::CanBeSent(*NewSceneCapture, Error))
	{
		ReportError(Error);
	}
}

void ULSDStreamEngine::SetWorldContext(UObject* WorldContext)
{
	World = WorldContext != nullptr ? WorldContext->GetWorld() : nullptr;
	bWorldGiven = World.IsValid();
}

void ULSDStreamEngine::SetPlayer(int32 NewPlayer)
{
	Player = FMath::Max(NewPlayer, 0);
}

void ULSDStreamEngine::SetShowInView(bool bShow)
{
	bShowInView = bShow;
}

void ULSDStreamEngine::SetShading(ELSDShading NewShading)
{
	// The project can't point to itself, whatever its ini says.
	const ELSDShading OfProject = GetDefault<ULSDSettings>()->Shading;
	Shading = NewShading != ELSDShading::Project ? NewShading : OfProject != ELSDShading::Project ? OfProject : ELSDShading::Automatic;
}

void ULSDStreamEngine::SetLateReprojection(bool bReproject)
{
	bLateReprojection = bReproject;
}

void ULSDStreamEngine::StartCapture()
{
	if (Session.IsValid())
	{
		return;
	}
	if (!FApp::CanEverRender() || IsRunningDedicatedServer() || IsRunningCommandlet())
	{
		// Nothing is rendered here, and nobody looks.
		UE_LOG(LogMirageLSD, Verbose, TEXT("A stream is not started: this process renders nothing."));
		return;
	}
	if (bWorldGiven && !LSDWorld::IsSeen(World.Get()))
	{
		UE_LOG(LogMirageLSD, Verbose, TEXT("A stream is not started: its world is a server's, which is seen by nobody."));
		return;
	}
	LastError.Reset();
	LastFrame = FLSDFrameInfo();
	ConnectedSeconds = -1.0;
	bShadesInEngine = false;
	FString Error;
	Session = FLSDStreamSession::Start(Connection, Error);
	if (!Session.IsValid())
	{
		ReportError(Error);
		return;
	}
	OpenStream();
	WarnOfRivals();
	TickerHandle = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateUObject(this, &ULSDStreamEngine::Tick), 0.0f);
}

void ULSDStreamEngine::StopCapture()
{
	if (!Session.IsValid())
	{
		return;
	}
	const bool bWasConnected = Session->GetState() == ELSDState::Connected;
	EndSession();
	if (bWasConnected)
	{
		OnDisconnected.Broadcast(TEXT("The capture was stopped."));
	}
}

void ULSDStreamEngine::EndSession()
{
	FTSTicker::GetCoreTicker().RemoveTicker(TickerHandle);
	TickerHandle.Reset();
	Session.Reset();
}

void ULSDStreamEngine::OpenStream()
{
	UTexture* Texture = BoundTexture;
	if (bShadesInEngine)
	{
		Texture = nullptr;
		OwnTexture = nullptr;
	}
	else if (Texture == nullptr && bShowInView)
	{
		const UTexture2D* const Kept = Cast<UTexture2D>(OwnTexture.Get());
		if (Kept == nullptr || Kept->GetSizeX() != CaptureSize.X || Kept->GetSizeY() != CaptureSize.Y)
		{
			UTexture2D* const Made = UTexture2D::CreateTransient(CaptureSize.X, CaptureSize.Y, PF_B8G8R8A8);
			Made->SRGB = true;
			Made->UpdateResource();
			OwnTexture = Made;
		}
		Texture = OwnTexture;
	}
	FLSDBoundTexture Bound;
	FString Error;
	if (Texture == nullptr || !FLSDBoundTexture::Describe(*Texture, Bound, Error))
	{
		Bound.Size = CaptureSize;
		Bound.OutputFormat = LSD_FORMAT_BGRA8;
	}
	FLSDStreamOptions Options;
	Options.Model = Model;
	Options.Size = CaptureSize;
	Options.OutputSize = Bound.Size;
	Options.OutputFormat = Bound.OutputFormat;
	Options.bDepth = bSendDepth;
	Options.bMotion = bSendMotion;
	Options.bIds = bSendIds;
	if (bShadesInEngine)
	{
		// The model looks at no more pixels than these.
		int32_t Width = 0, Height = 0;
		if (lsd_context_plane_size(CaptureSize.X, CaptureSize.Y, &Width, &Height) == LSD_OK)
		{
			Options.Size = FIntPoint(Width, Height);
		}
		Options.OutputFormat = LSD_FORMAT_CONTEXT;
	}
	Options.MaxSteps = MaxSteps;
	Options.Seed = Seed;
	Options.TargetFPS = TargetFPS;
	if (!Session->Open(Options, Error))
	{
		ReportError(Error);
		return;
	}
	SendKeptControls();
}

bool ULSDStreamEngine::Tick(float)
{
	if (!Session.IsValid())
	{
		return false;
	}
	// A callback may stop the capture.
	const TSharedPtr<FLSDStreamSession> Running = Session;
	for (const lsd_unreal::ConnectionEvent& Event : Running->Poll())
	{
		const FString Sentence(UTF8_TO_TCHAR(Event.sentence.c_str()));
		switch (Event.kind)
		{
		case lsd_unreal::ConnectionEvent::Kind::kConnected:
			UE_LOG(LogMirageLSD, Log, TEXT("%s"), *Sentence);
			LastError.Reset();
			Running->GetSaid().forget();
			ReadKeptControls();
			OnConnected.Broadcast();
			break;
		case lsd_unreal::ConnectionEvent::Kind::kDisconnected:
			UE_LOG(LogMirageLSD, Warning, TEXT("%s"), *Sentence);
			OnDisconnected.Broadcast(Sentence);
			break;
		case lsd_unreal::ConnectionEvent::Kind::kError:
			ReportError(Sentence);
			break;
		}
	}
	FString Problem;
	while (Running->GetBridge().TakeProblem(Problem))
	{
		ReportError(Problem);
	}
	FString Notice;
	while (Running->GetStream() != nullptr && Running->GetStream()->TakeNotice(Notice))
	{
		UE_LOG(LogMirageLSD, Warning, TEXT("%s"), *Notice);
		OnNotice.Broadcast(Notice);
	}
	TakeFrames();
	if (Session != Running)
	{
		return Session.IsValid();
	}
	WatchRendering();
	PumpRenderThread();
	if (IsOffline())
	{
		WaitForResult();
	}
	return Session.IsValid();
}

UWorld* ULSDStreamEngine::FindWorld() const
{
	if (bWorldGiven || GEngine == nullptr)
	{
		return World.Get();
	}
	for (const FWorldContext& Context : GEngine->GetWorldContexts())
	{
		if ((Context.WorldType == EWorldType::Game || Context.WorldType == EWorldType::PIE) && LSDWorld::IsSeen(Context.World()))
		{
			return Context.World();
		}
	}
	return nullptr;
}

void ULSDStreamEngine::WarnOfRivals()
{
	for (const ULSDStreamEngine* Other : GetCapturing())
	{
		if (Other != this && bShowInView && Other->bShowInView && Other->FindWorld() == FindWorld() && Other->Player == Player)
		{
			ReportError(TEXT("Another stream is shown in the same view, and they paint over each other; stop one, or give it another player."));
		}
	}
}

void ULSDStreamEngine::ReportError(const FString& Message)
{
	LastError = Message;
	if (!Session.IsValid() || Session->GetSaid().first_time(std::string(FTCHARToUTF8(*Message).Get())))
	{
		UE_LOG(LogMirageLSD, Warning, TEXT("%s"), *Message);
		OnError.Broadcast(Message);
	}
}

FLSDStats ULSDStreamEngine::GetStats() const
{
	return Session.IsValid() ? Session->GetStats() : FLSDStats();
}

FString ULSDStreamEngine::GetProgress() const
{
	return Session.IsValid() && Session->GetStream() != nullptr ? Session->GetStream()->GetProgress() : FString();
}

ELSDState ULSDStreamEngine::GetState() const
{
	return Session.IsValid() ? Session->GetState() : ELSDState::Stopped;
}

void ULSDStreamEngine::BeginDestroy()
{
	// Nobody is told: other objects may be going, too.
	if (Session.IsValid())
	{
		EndSession();
	}
	Super::BeginDestroy();
}

TArray<ULSDStreamEngine*> ULSDStreamEngine::GetCapturing()
{
	TArray<ULSDStreamEngine*> Capturing;
	for (TObjectIterator<ULSDStreamEngine> It; It; ++It)
	{
		if (It->IsCapturing())
		{
			Capturing.Add(*It);
		}
	}
	return Capturing;
}

void ULSDStreamEngine::StopAll()
{
	for (ULSDStreamEngine* Engine : GetCapturing())
	{
		Engine->StopCapture();
	}
}
