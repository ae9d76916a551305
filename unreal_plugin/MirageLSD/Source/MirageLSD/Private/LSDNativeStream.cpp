// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDNativeStream.h"

#include "LSDBackgroundRelease.h"
#include "LSDNativeLibrary.h"
#include "LSDNativeLog.h"
#include "Misc/App.h"

namespace
{
	FString NativeError()
	{
		return FString(UTF8_TO_TCHAR(lsd_last_error()));
	}
}

TSharedPtr<FLSDNativeClient, ESPMode::ThreadSafe> FLSDNativeClient::Create(const FLSDConnection& Connection, FString& OutError)
{
	if (!LSDNativeLibrary::IsAvailable())
	{
		OutError = TEXT("lsd.dll can't be loaded; copy the plugin's folder anew from MirageLSD-UE5.zip.");
		return nullptr;
	}
	const FTCHARToUTF8 EndpointUtf8(*Connection.Endpoint);
	const FTCHARToUTF8 TokenUtf8(*Connection.Token);
	const FTCHARToUTF8 ServerUtf8(*Connection.ServerPublicKey);
	const FTCHARToUTF8 PublicUtf8(*Connection.ClientPublicKey);
	const FTCHARToUTF8 SecretUtf8(*Connection.ClientSecretKey);
	const FTCHARToUTF8 NameUtf8(FApp::GetProjectName());
	lsd_client_config Config = {};
	Config.size = sizeof(Config);
	Config.endpoint = EndpointUtf8.Get();
	Config.name = NameUtf8.Get();
	Config.engine = "unreal";
	Config.token = Connection.Token.IsEmpty() ? nullptr : TokenUtf8.Get();
	Config.server_public_key = Connection.ServerPublicKey.IsEmpty() ? nullptr : ServerUtf8.Get();
	Config.client_public_key = Connection.ClientPublicKey.IsEmpty() ? nullptr : PublicUtf8.Get();
	Config.client_secret_key = Connection.ClientSecretKey.IsEmpty() ? nullptr : SecretUtf8.Get();
	Config.log = &LSDNativeLog::Write;
	lsd_client* const Handle = lsd_client_create(&Config);
	if (Handle == nullptr)
	{
		OutError = NativeError();
		return nullptr;
	}
	return MakeShared<FLSDNativeClient, ESPMode::ThreadSafe>(Handle);
}

bool FLSDNativeClient::HasContexts(const FString& Model) const
{
	return lsd_client_model_context(Handle, FTCHARToUTF8(*Model).Get()) == LSD_OK;
}

FLSDNativeClient::~FLSDNativeClient()
{
	LSDBackgroundRelease::Destroy(Handle);
}

TSharedPtr<FLSDNativeStream, ESPMode::ThreadSafe> FLSDNativeStream::Open(
	const TSharedRef<FLSDNativeClient, ESPMode::ThreadSafe>& Client, const FLSDStreamOptions& Options, FString& OutError)
{
	const FTCHARToUTF8 ModelUtf8(*Options.Model);
	lsd_stream_config Config = {};
	Config.size = sizeof(Config);
	Config.model = ModelUtf8.Get();
	Config.width = Options.Size.X;
	Config.height = Options.Size.Y;
	Config.planes[Config.plane_count++] = {LSD_PLANE_COLOR, LSD_FORMAT_BGRA8};
	if (Options.bDepth)
	{
		Config.planes[Config.plane_count++] = {LSD_PLANE_DEPTH, LSD_FORMAT_R32F};
	}
	if (Options.bMotion)
	{
		Config.planes[Config.plane_count++] = {LSD_PLANE_MOTION, LSD_FORMAT_RG16F};
	}
	if (Options.bIds)
	{
		Config.planes[Config.plane_count++] = {LSD_PLANE_IDS, LSD_FORMAT_R8};
	}
	Config.output_width = Options.OutputSize.X;
	Config.output_height = Options.OutputSize.Y;
	Config.output_format = Options.OutputFormat;
	Config.transport = LSD_TRANSPORT_AUTO;
	Config.max_steps = Options.MaxSteps;
	Config.seed = Options.Seed;
	Config.fps = Options.TargetFPS;
	lsd_stream* const Handle = lsd_stream_open(Client->Get(), &Config);
	if (Handle == nullptr)
	{
		OutError = NativeError();
		return nullptr;
	}
	return MakeShared<FLSDNativeStream, ESPMode::ThreadSafe>(Client, Options, Handle);
}

FLSDNativeStream::~FLSDNativeStream()
{
	lsd_stream_close(Handle);
}

lsd_unreal::StreamStatus FLSDNativeStream::GetStatus(double SecondsSinceStart) const
{
	char Text[512];
	lsd_unreal::StreamStatus Status;
	Status.client = lsd_client_get_state(Client->Get());
	Status.stream = lsd_stream_get_state(Handle);
	lsd_client_last_error(Client->Get(), Text, sizeof(Text));
	Status.client_error = Text;
	lsd_stream_last_error(Handle, Text, sizeof(Text));
	Status.stream_error = Text;
	Status.since_start_s = SecondsSinceStart;
	return Status;
}

lsd_stats FLSDNativeStream::GetStats() const
{
	lsd_stats Stats = {};
	Stats.size = sizeof(Stats);
	lsd_stream_get_stats(Handle, &Stats);
	return Stats;
}

TArray<FLSDControlInfo> FLSDNativeStream::GetControls() const
{
	TArray<FLSDControlInfo> Controls;
	const FTCHARToUTF8 ModelUtf8(*Options.Model);
	const int32 Count = lsd_client_control_count(Client->Get(), ModelUtf8.Get());
	for (int32 Index = 0; Index < Count; ++Index)
	{
		lsd_control_spec Spec = {};
		Spec.size = sizeof(Spec);
		if (lsd_client_control_spec(Client->Get(), ModelUtf8.Get(), Index, &Spec) != LSD_OK || Spec.kind > LSD_CONTROL_SEED)
		{
			// The daemon was replaced meanwhile, or is newer and has kinds that are not known here.
			continue;
		}
		FLSDControlInfo Control;
		Control.Name = UTF8_TO_TCHAR(Spec.name);
		Control.Kind = static_cast<ELSDControlKind>(Spec.kind);
		Control.Help = UTF8_TO_TCHAR(Spec.help);
		Control.Unit = UTF8_TO_TCHAR(Spec.unit);
		Control.DefaultText = UTF8_TO_TCHAR(Spec.default_text);
		Control.DefaultNumber = Spec.default_values[0];
		Control.Minimum = Spec.minimum;
		Control.Maximum = Spec.maximum;
		Control.bTakesTransition = Spec.takes_transition != 0;
		for (int32 Choice = 0; Choice < Spec.choice_count; ++Choice)
		{
			char Text[256];
			if (lsd_client_control_choice(Client->Get(), ModelUtf8.Get(), Index, Choice, Text, sizeof(Text)) == LSD_OK)
			{
				Control.Choices.Add(FString(UTF8_TO_TCHAR(Text)));
			}
		}
		Controls.Add(Control);
	}
	return Controls;
}

int64 FLSDNativeStream::Send(const FString& Name, const FLSDControlValue& Value, float TransitionSeconds, FString& OutError)
{
	lsd_stream_control_begin(Handle);
	const lsd_status Set = Value.Add(Handle, Name);
	const int64 Sequence = Set == LSD_OK ? lsd_stream_control_commit(Handle, FMath::Clamp(TransitionSeconds, 0.0f, 60.0f)) : 0;
	if (Sequence <= 0)
	{
		OutError = NativeError();
		return 0;
	}
	return Sequence;
}

bool FLSDNativeStream::TakeNotice(FString& OutMessage)
{
	lsd_notice Notice = {};
	Notice.size = sizeof(Notice);
	if (lsd_stream_next_notice(Handle, &Notice) != LSD_OK)
	{
		return false;
	}
	OutMessage = UTF8_TO_TCHAR(Notice.message);
	return true;
}

FString FLSDNativeStream::GetProgress() const
{
	lsd_progress Progress = {};
	Progress.size = sizeof(Progress);
	if (lsd_client_get_progress(Client->Get(), &Progress) != LSD_OK && lsd_stream_get_progress(Handle, &Progress) != LSD_OK)
	{
		return FString();
	}
	return FString::Printf(TEXT("%s: %d %%"), UTF8_TO_TCHAR(Progress.what), FMath::RoundToInt(Progress.fraction * 100.0f));
}
