// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "Containers/Queue.h"
#include "CoreMinimal.h"
#include "LSDCameraHistory.h"
#include "LSDEngineShading.h"
#include "LSDReadback.h"
#include "LSDReprojection.h"
#include "LSDTypes.h"
#include "LSDUpload.h"
#include "SceneView.h"
// The engine's header below names types that it does not include (5.8).
#include "SceneRenderTargetParameters.h"
#include "SceneTexturesConfig.h"
#include "PostProcess/PostProcessInputs.h"
#include "PostProcess/PostProcessMaterialInputs.h"
#include "ScreenPass.h"
#include "Templates/SharedPointer.h"

#include "frame_pacer.h"

#include <atomic>

class FLSDNativeStream;
class FRenderTarget;
class FSceneInterface;
class FTextureResource;

/** What the game thread asks of the render thread; goes with each pump. */
struct FLSDRenderRequest
{
	TSharedPtr<FLSDNativeStream, ESPMode::ThreadSafe> Stream;
	/** Of the bound texture; valid in the command that carries it, because the engine destroys resources by a later one. */
	FTextureResource* Target = nullptr;
	/** The scene capture's render target; nullptr: the player's view. */
	const FRenderTarget* Source = nullptr;
	/** Compared only: views of other worlds are not the stream's. nullptr: there is no world yet. */
	const FSceneInterface* Scene = nullptr;
	/** Which of the world's players, as the view family counts its views. */
	int32 Player = 0;
	bool bFromSceneCapture = false;
	bool bShowInView = false;
	bool bReset = false;
	/** What was shown is too old to be shown again. */
	bool bForget = false;
	/** Nothing is captured and nothing shown. */
	bool bPaused = false;
	/** Shading takes normals from the GBuffer, where there is one. */
	bool bNormals = false;
	/** Shading takes its weights from a structured buffer in place of constants. */
	bool bWeightsInBuffer = false;
	/** The game waits for each frame: the GPU has done what it was told, and no frame is left out. */
	bool bOffline = false;
	/** Results are carried to each frame that they are shown in. */
	bool bReproject = false;
	/** Share of the view's width, from the left, that stays the engine's own picture. */
	float BeforeAfter = 0.0f;
	bool bHasSun = false;
	lsd_sun Sun = {};
	float TargetFPS = 0.0f;
};

/** All of a stream that lives on the render thread: captures, reads back, submits, acquires, writes back. Made and let go by the game
 * thread; its members belong to the render thread, but for the queues and the atomics. */
class FLSDRenderBridge
{
public:
	//~ Game thread
	/** True if the last pump has run: at most one is on its way, so that a render thread that stands still piles up nothing. */
	bool BeginPump() { return !bPumpQueued.exchange(true); }
	bool TakeFrame(FLSDFrameInfo& OutFrame) { return Frames.Dequeue(OutFrame); }
	bool TakeProblem(FString& OutProblem) { return Problems.Dequeue(OutProblem); }
	void Deactivate() { bActive.store(false); }

	//~ Any thread
	bool IsActive() const { return bActive.load(); }
	bool WantsSceneCaptures() const { return bSceneCaptures.load(); }
	int64 GetDropped() const { return Dropped.load(); }
	bool IsOffline() const { return bOffline.load(); }
	/** The newest captured frame has not come back yet. */
	bool IsUnderWay() const { return bUnderWay.load(); }
	/** Frames of the wanted view that were rendered, sent or not. */
	int64 GetRendered() const { return Rendered.load(); }
	/** Of the context that the engine shades with; 0: there is none. */
	float GetContextAgeMs() const;
	/** Results that are carried to each frame. */
	int32 GetKeyFrames() const { return KeyFrames.load(); }

	//~ Render thread
	void Pump_RenderThread(FRHICommandListImmediate& RHICmdList, FLSDRenderRequest&& NewRequest);
	void CaptureGeometry_RenderThread(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessingInputs& Inputs);
	/** The stream takes its picture from this view. */
	bool WantsView_RenderThread(const FSceneView& View) const;
	/** The stream shows its results in this view. */
	bool ShowsIn_RenderThread(const FSceneView& View) const;
	FScreenPassTexture AfterTonemap_RenderThread(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessMaterialInputs& Inputs);
	/** Of the view that is rendered next. */
	void SetSlots_RenderThread(TArray<lsd_slot>&& NewSlots) { Slots = MoveTemp(NewSlots); }
	void Release_RenderThread();

private:
	/** Between a view's geometry and its color. */
	struct FPending
	{
		const FSceneView* View = nullptr;
		FLSDCapturedTextures Textures;
		FLSDFrameCamera Camera;
	};

	bool IsPlayersView(const FSceneView& View) const;
	void Acquire(FRHICommandListImmediate& RHICmdList, FRHITexture* Texture);
	void AcquireContext();
	/** What shading or late reprojection needs of this view's frame: of each one that is rendered, whether it is sent or not. */
	void PrepareShading(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessingInputs& Inputs);
	/** Draws what the stream shows in the view over all of Output. */
	void Paint(FRDGBuilder& GraphBuilder, const FSceneView& View, const FScreenPassTexture& SceneColor, const FScreenPassRenderTarget& Output);
	void CaptureColor(FRDGBuilder& GraphBuilder, const FSceneView& View, const FScreenPassTexture& SceneColor);
	FRDGTextureRef DrawIds(
		FRDGBuilder& GraphBuilder, const FPostProcessingInputs& Inputs, const FIntRect& ViewRect, const FVector2f& DepthScale, FIntPoint Size);
	/** The engine's own picture in its share of what is shown. */
	void AddBefore(FRDGBuilder& GraphBuilder, const FScreenPassTexture& SceneColor, const FScreenPassRenderTarget& Output);
	void AddProblem(const FString& Problem);

	FLSDRenderRequest Request;
	TUniquePtr<FLSDReadback> Readback;
	/** The one before: passes of a graph may still hold its pointers. */
	TUniquePtr<FLSDReadback> RetiredReadback;
	FLSDUpload Upload;
	FLSDEngineShading Shading;
	FLSDReprojection Reprojection;
	/** Of the view that is being rendered. */
	FLSDShadeInputs ShadeInputs;
	const FSceneView* ShadedView = nullptr;
	FLSDCameraHistory History;
	lsd_unreal::FramePacer Pacer;
	FPending Pending;
	TArray<lsd_slot> Slots;
	/** Compared only: another scene is another level. */
	const FSceneInterface* LastScene = nullptr;
	FTextureRHIRef Shown;
	FString LastProblem;
	bool bHasPicture = false;
	int64 LastResult = 0;
	int64 LastCapture = 0;

	TQueue<FLSDFrameInfo, EQueueMode::Spsc> Frames;
	TQueue<FString, EQueueMode::Spsc> Problems;
	std::atomic<bool> bActive{true};
	std::atomic<bool> bPumpQueued{false};
	std::atomic<bool> bSceneCaptures{false};
	std::atomic<bool> bOffline{false};
	std::atomic<bool> bUnderWay{false};
	std::atomic<int64> Dropped{0};
	std::atomic<int64> Rendered{0};
	std::atomic<int64> ContextNs{0};
	std::atomic<int32> KeyFrames{0};
};
