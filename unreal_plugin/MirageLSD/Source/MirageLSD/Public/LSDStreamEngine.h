// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "LSDConnection.h"
#include "LSDControlInfo.h"
#include "LSDTypes.h"
#include "Templates/SharedPointer.h"
#include "UObject/Object.h"

#include "LSDStreamEngine.generated.h"

class FLSDStreamSession;
struct FLSDControlValue;
struct FLSDKeptControl;
struct FLSDRenderRequest;
class ULSDTheme;
class USceneCaptureComponent2D;
class UTexture;
class UWorld;

DECLARE_DYNAMIC_MULTICAST_DELEGATE(FLSDConnectedSignature);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FLSDDisconnectedSignature, const FString&, Reason);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FLSDFrameSignature, const FLSDFrameInfo&, Frame);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FLSDErrorSignature, const FString&, Message);

/**
 * A stream to a MirageLSD daemon: sends the engine's picture, brings back the re-rendered one in a texture.
 *
 *     ULSDStreamEngine* Engine = ULSDStreamEngine::Create(TEXT("mirage-lsd-v1"), true);
 *     Engine->BindTexture(OutputTexture);
 *     Engine->StartCapture();
 *
 * Keep it in a UPROPERTY. Every function is of the game thread; none of them waits for the daemon, which need not be there yet.
 */
UCLASS(BlueprintType)
class MIRAGELSD_API ULSDStreamEngine : public UObject
{
	GENERATED_BODY()

public:
	ULSDStreamEngine();

	/** A stopped stream with the project's settings. bInUseGPU: for a daemon that the editor's panel starts; a daemon that runs keeps its own device. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	static ULSDStreamEngine* Create(const FString& InModel, bool bInUseGPU = true);

	/** The texture that results are written to: a UTextureRenderTarget2D (RTF_RGBA8, RTF_RGBA8_SRGB or RTF_RGBA16f) or a transient UTexture2D
	 * (B8G8R8A8, R8G8B8A8 or FloatRGBA). Sampling it gives linear light. The daemon renders at its size. nullptr: none. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void BindTexture(UTexture* Texture);

	/** Whose world's views the stream takes and shows; any actor, component or world. Without it: the first game world of the process. A component
	 * does this by itself. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetWorldContext(UObject* WorldContext);

	/** Which player's view, in split screen: 0 is the first. One stream a view. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetPlayer(int32 NewPlayer);

	/** Takes the picture from this component from now on; nullptr: from the player's view. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetSceneCapture(USceneCaptureComponent2D* NewSceneCapture);

	/** Shows the results full screen in place of the player's view. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetShowInView(bool bShow);

	/** Who paints what is shown in the view. A running stream is opened anew if that changes something. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetShading(ELSDShading NewShading);

	/** Whether the daemon's pictures are carried to each frame's camera and depth before they are shown in the view. Needs depth and SM5; does nothing where the
	 * engine shades, and in an offline render. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetLateReprojection(bool bReproject);

	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void StartCapture();

	/** Ends the stream at once; what is on its way is thrown away. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void StopCapture();

	/** The model's controls, as the daemon announces them; empty until it has. What a panel or a menu is drawn from. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	TArray<FLSDControlInfo> GetControls() const;

	/** Changes when the list of controls may have changed. */
	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	int64 GetControlsGeneration() const;

	/** Sets any control by its name. Numbers, on/off, #rrggbb and directions ("0 0 1") are given as text, too. Returns as SetPrompt does. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetControl(const FString& Control, const FString& Value, float TransitionSeconds = 1.0f);

	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetControlNumber(const FString& Control, float Value, float TransitionSeconds = 0.0f);

	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetControlFlag(const FString& Control, bool bValue);

	/** A direction of Unreal's world. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetControlDirection(const FString& Control, const FVector& Value, float TransitionSeconds = 0.0f);

	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetControlColor(const FString& Control, const FLinearColor& Value, float TransitionSeconds = 0.0f);

	/** Sets every control that the theme names. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void ApplyTheme(const ULSDTheme* Theme);

	/** Chooses scene and lighting by the words in the prompt. Returns the control's number, to be met in FLSDFrameInfo; 0 while stopped: then it is sent at the start. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetPrompt(const FString& Prompt, float TransitionSeconds = 1.0f);

	/** One of the model's scenes; GetControls has their names. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetScene(const FString& Scene, float TransitionSeconds = 1.0f);

	/** One of the model's lightings; GetControls has their names. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetLighting(const FString& Lighting, float TransitionSeconds = 1.0f);

	/** What characters wear, as words: "a red coat, blonde hair". Seen on actors with an LSD Identity of the class skin, hair
	 * or outfit. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetAppearance(const FString& Appearance, float TransitionSeconds = 1.0f);

	/** How much of the painted picture is seen: 0 is the engine's own picture, 1 the painted one. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetStrength(float NewStrength, float TransitionSeconds = 0.0f);

	/** Share of the view's width, from the left, that stays the engine's own picture: 0 to 1. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetBeforeAfter(float Share);

	/** Whether the game waits for the result of each frame, which is then shown in the next one. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetOffline(ELSDOffline NewOffline);

	/** Shows the engine's own picture at once, and the painted one again. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetBypass(bool bNewBypass);

	/** Another world of the same kind. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	int64 SetSeed(int32 NewSeed);

	/** 1 to 8. A running stream is opened anew, which takes a moment. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetMaxSteps(int32 Steps);

	/** Frames sent a second; 0: every rendered one. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetTargetFPS(float FramesPerSecond);

	/** Pixels of the sent picture, 16 to 4096 a side. A running stream is opened anew. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetCaptureSize(int32 Width, int32 Height);

	/** Where the sun stands, in world space, towards it; the daemon lights its world from there. Zero: the model's own. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetSun(const FVector& TowardsSun, const FLinearColor& Color);

	/** Forgets the picture's history, as after a camera cut. Cuts of the engine's own cameras are noticed without it. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void Reset();

	/** Instead of the project's settings, before StartCapture. */
	UFUNCTION(BlueprintCallable, Category = "MirageLSD")
	void SetEndpoint(const FString& NewEndpoint, const FString& NewToken);

	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	FLSDStats GetStats() const;

	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	ELSDState GetState() const;

	/** The newest problem, one sentence; empty when all is well. */
	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	FString GetLastError() const { return LastError; }

	/** What the daemon is busy with before pictures come ("loading: 40 %"); empty: nothing. */
	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	FString GetProgress() const;

	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	bool IsCapturing() const { return Session.IsValid(); }

	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	bool IsBypassed() const { return bBypass; }

	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	UTexture* GetBoundTexture() const { return BoundTexture; }

	/** Where results go: the bound texture, or the one that was made to show them in the view. */
	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	UTexture* GetOutputTexture() const { return BoundTexture != nullptr ? BoundTexture : OwnTexture; }

	/** The newest result. */
	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	FLSDFrameInfo GetLastFrame() const { return LastFrame; }

	UFUNCTION(BlueprintPure, Category = "MirageLSD")
	bool UsesGPU() const { return bUseGPU; }

	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDConnectedSignature OnConnected;

	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDDisconnectedSignature OnDisconnected;

	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDFrameSignature OnFrame;

	/** Nothing failed, but the picture is worse than it could be; one sentence that says what to do. */
	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDErrorSignature OnNotice;

	/** Each problem once. */
	UPROPERTY(BlueprintAssignable, Category = "MirageLSD")
	FLSDErrorSignature OnError;

	//~ UObject
	virtual void BeginDestroy() override;
	virtual UWorld* GetWorld() const override { return World.Get(); }

	/** Every stream that captures; for the end of a play session and of the engine. */
	static void StopAll();
	static TArray<ULSDStreamEngine*> GetCapturing();

private:
	bool Tick(float DeltaSeconds);
	void OpenStream();
	void EndSession();
	void PumpRenderThread();
	FLSDRenderRequest MakeRequest(UTexture* Target);
	bool IsOffline() const;
	/** The game stands still until what it has rendered is painted, at most ten seconds. */
	void WaitForResult();
	/** True when the daemon has been away for so long that its last picture would look like a game that hangs. */
	bool IsLost();
	void TakeFrames();
	/** Whether the engine is to shade: what was asked for, as far as it is possible. */
	bool ChooseShading();
	void ReportError(const FString& Message);
	void WatchRendering();
	/** Marks what has an identity, if the project can; whether the plane ids is to be sent. */
	bool MarkThings();
	UWorld* FindWorld() const;
	void WarnOfRivals();
	bool Read(FLSDKeptControl& Kept);
	void Keep(const FLSDKeptControl& Control);
	int64 KeepAndSend(const FString& Name, const FLSDControlValue& Value, float TransitionSeconds);
	void SendKeptControls();
	/** Sends what was set before the daemon had said what controls there are. */
	void ReadKeptControls();

	UPROPERTY(Transient)
	TObjectPtr<UTexture> BoundTexture;

	/** Made when the view is to show results and no texture is bound. */
	UPROPERTY(Transient)
	TObjectPtr<UTexture> OwnTexture;

	UPROPERTY(Transient)
	TWeakObjectPtr<USceneCaptureComponent2D> SceneCapture;

	UPROPERTY(Transient)
	TWeakObjectPtr<UWorld> World;

	/** The one that the last request was for. */
	TWeakObjectPtr<UWorld> RequestedWorld;

	FString Model;
	FLSDConnection Connection;
	FString LastError;
	FLSDFrameInfo LastFrame;
	FIntPoint CaptureSize = FIntPoint(640, 360);
	int32 MaxSteps = 3;
	int32 Seed = 0;
	float TargetFPS = 24.0f;
	bool bSendDepth = true;
	bool bSendMotion = true;
	bool bUseGPU = true;
	bool bShowInView = false;
	bool bFromSceneCapture = false;
	bool bReopen = false;
	ELSDShading Shading = ELSDShading::Automatic;
	bool bShadesInEngine = false;
	bool bLateReprojection = true;
	bool bSendIds = false;
	bool bBypass = false;
	ELSDOffline Offline = ELSDOffline::Automatic;
	float BeforeAfter = 0.0f;
	/** When the daemon was last there; below 0: never. */
	double ConnectedSeconds = -1.0;
	bool bResetAsked = false;
	bool bWorldGiven = false;
	int32 Player = 0;
	FVector Sun = FVector::ZeroVector;
	FLinearColor SunColor = FLinearColor(1.0f, 1.0f, 1.0f, 1.0f);

	/** What was set last, by control, in the order of setting: a stream that is opened anew is told again. */
	TSharedPtr<TArray<FLSDKeptControl>> KeptControls;

	TSharedPtr<FLSDStreamSession> Session;
	FTSTicker::FDelegateHandle TickerHandle;
};
