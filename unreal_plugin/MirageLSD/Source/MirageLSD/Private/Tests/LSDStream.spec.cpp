// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "Engine/TextureRenderTarget2D.h"
#include "HAL/PlatformTime.h"
#include "LSDSettings.h"
#include "LSDStreamEngine.h"
#include "Misc/AutomationTest.h"

#if WITH_DEV_AUTOMATION_TESTS

// UnrealEditor-Cmd PROJECT.uproject -ExecCmds="Automation RunTests MirageLSD; Quit" -unattended -nullrhi -nosplash -log
// None of it needs a daemon.
BEGIN_DEFINE_SPEC(FLSDStreamSpec, "MirageLSD.Stream", EAutomationTestFlags::EditorContext | EAutomationTestFlags::ProductFilter)
END_DEFINE_SPEC(FLSDStreamSpec)

void FLSDStreamSpec::Define()
{
	Describe(TEXT("A stream"), [this]()
	{
		It(TEXT("is stopped at first, with the project's settings"), [this]()
		{
			ULSDStreamEngine* const Engine = ULSDStreamEngine::Create(TEXT(""), true);
			TestTrue(TEXT("stopped"), Engine->GetState() == ELSDState::Stopped);
			TestFalse(TEXT("capturing"), Engine->IsCapturing());
			TestTrue(TEXT("no frames"), Engine->GetStats().FramesSubmitted == 0);
			TestFalse(TEXT("an endpoint is set"), GetDefault<ULSDSettings>()->Endpoint.IsEmpty());
		});

		It(TEXT("does not wait for a daemon that is not there"), [this]()
		{
			ULSDStreamEngine* const Engine = ULSDStreamEngine::Create(TEXT("mirage-lsd-v1"), true);
			Engine->SetEndpoint(TEXT("tcp://127.0.0.1:9"), TEXT(""));
			const double Begin = FPlatformTime::Seconds();
			Engine->StartCapture();
			TestTrue(TEXT("started"), Engine->IsCapturing());
			TestTrue(TEXT("connecting"), Engine->GetState() == ELSDState::Connecting);
			Engine->StopCapture();
			TestTrue(TEXT("took less than 0.2 s"), FPlatformTime::Seconds() - Begin < 0.2);
		});

		It(TEXT("keeps controls for the start"), [this]()
		{
			ULSDStreamEngine* const Engine = ULSDStreamEngine::Create(TEXT("mirage-lsd-v1"), true);
			TestTrue(TEXT("scene"), Engine->SetScene(TEXT("forest")) == 0);
			TestTrue(TEXT("prompt"), Engine->SetPrompt(TEXT("a desert at dusk")) == 0);
		});

		It(TEXT("refuses a texture that it can't write, in a sentence"), [this]()
		{
			UTextureRenderTarget2D* const Target = NewObject<UTextureRenderTarget2D>();
			Target->RenderTargetFormat = RTF_R32f;
			Target->InitAutoFormat(64, 64);
			ULSDStreamEngine* const Engine = ULSDStreamEngine::Create(TEXT("mirage-lsd-v1"), true);
			Engine->BindTexture(Target);
			TestTrue(TEXT("not bound"), Engine->GetBoundTexture() == nullptr);
			TestFalse(TEXT("says why"), Engine->GetLastError().IsEmpty());
		});
	});
}

#endif
