// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDRenderBridge.h"

#include "Engine/EngineTypes.h"
#include "FXRenderingUtils.h"
#include "LSDCapturePass.h"
#include "LSDEngineVersion.h"
#include "LSDNativeStream.h"
#include "LSDProfiling.h"
#include "LSDViewColor.h"
#include "RenderGraphUtils.h"
#include "SceneTexturesConfig.h"
#include "SceneView.h"
#include "TextureResource.h"
#include "UnrealClient.h"

void FLSDRenderBridge::Pump_RenderThread(FRHICommandListImmediate& RHICmdList, FLSDRenderRequest&& NewRequest)
{
	const bool bReset = Request.bReset || NewRequest.bReset;
	if (Request.Stream != NewRequest.Stream)
	{
		// Another size may have come with it, and staging textures keep the size of their first copy.
		RetiredReadback = MoveTemp(Readback);
		Readback = MakeUnique<FLSDReadback>();
		Pending = FPending();
		History = FLSDCameraHistory();
		bHasPicture = false;
		LastResult = 0;
		Shading.Release();
		Reprojection.Forget();
		ContextNs.store(0);
	}
	Request = MoveTemp(NewRequest);
	Request.bReset = bReset;
	bHasPicture &= !Request.bForget;
	if (Request.bForget || !Request.bReproject)
	{
		Reprojection.Forget();
	}
	KeyFrames.store(Reprojection.GetKeyCount());
	Pacer.set_fps(Request.bOffline ? 0.0 : Request.TargetFPS);
	bSceneCaptures.store(Request.bFromSceneCapture);
	bOffline.store(Request.bOffline);
	if (Request.Stream.IsValid() && IsActive())
	{
		const FLSDSubmitted Submitted = Readback->Poll_RenderThread(*Request.Stream, Request.bOffline);
		Reprojection.AddSubmitted(Submitted.Capture, Submitted.Sequence);
		Dropped.store(Readback->GetDropped());
		FRHITexture* const Texture = Request.Target != nullptr ? Request.Target->TextureRHI.GetReference() : nullptr;
		bHasPicture &= Shown.GetReference() == Texture;
		Shown = Texture;
		if (Request.Stream->IsOfContexts())
		{
			AcquireContext();
		}
		else
		{
			Acquire(RHICmdList, Texture);
		}
	}
	bUnderWay.store(Request.Stream.IsValid() && Readback->IsUnderWay(LastResult));
	// The resource is valid within this command only.
	Request.Target = nullptr;
	bPumpQueued.store(false);
}

void FLSDRenderBridge::Acquire(FRHICommandListImmediate& RHICmdList, FRHITexture* Texture)
{
	lsd_result Result = {};
	Result.size = sizeof(Result);
	if (lsd_stream_acquire(Request.Stream->Get(), &Result) != LSD_OK)
	{
		return;
	}
	if (Texture != nullptr)
	{
		SCOPE_CYCLE_COUNTER(STAT_MirageLSD_Upload);
		CSV_SCOPED_TIMING_STAT(MirageLSD, Upload);
		FString Problem;
		if (Upload.Write_RenderThread(RHICmdList, Texture, Result, Problem))
		{
			bHasPicture = true;
			Reprojection.TakeResult(Result.seq);
		}
		else if (!Problem.IsEmpty())
		{
			AddProblem(Problem);
		}
	}
	LastResult = Result.seq;
	FLSDFrameInfo Frame;
	Frame.Sequence = Result.seq;
	Frame.ControlSequence = Result.control_seq;
	Frame.LatencyMs = static_cast<float>(static_cast<double>(Result.t_acquire_ns - Result.t_capture_ns) * 1e-6);
	LSDProfiling::SetLatency(Frame.LatencyMs);
	Frames.Enqueue(Frame);
}

void FLSDRenderBridge::AcquireContext()
{
	FLSDFrameInfo Frame;
	FString Problem;
	if (Shading.TakeContext(*Request.Stream, Frame, Problem))
	{
		LastResult = Frame.Sequence;
		ContextNs.store(Shading.GetCapturedNs());
		LSDProfiling::SetLatency(Frame.LatencyMs);
		Frames.Enqueue(Frame);
	}
	else if (!Problem.IsEmpty())
	{
		AddProblem(Problem);
	}
	LSDProfiling::SetContextAge(GetContextAgeMs());
}

float FLSDRenderBridge::GetContextAgeMs() const
{
	const int64 CapturedNs = ContextNs.load();
	return CapturedNs != 0 ? static_cast<float>(static_cast<double>(lsd_now_ns() - CapturedNs) * 1e-6) : 0.0f;
}

bool FLSDRenderBridge::IsPlayersView(const FSceneView& View) const
{
	// Every play window of the process asks: only the stream's own world counts, and of its views only the wanted player's.
	// The eyes of a headset are two views of one player: with one of them painted nobody could look.
	return View.bIsGameView && !View.bIsSceneCapture && !View.bIsReflectionCapture && !View.bIsPlanarReflection && View.Family != nullptr
		&& View.StereoPass == EStereoscopicPass::eSSP_FULL && Request.Scene != nullptr && View.Family->Scene == Request.Scene && View.Family->Views.IsValidIndex(Request.Player)
		&& View.Family->Views[Request.Player] == &View;
}

bool FLSDRenderBridge::WantsView_RenderThread(const FSceneView& View) const
{
	if (!IsActive() || Request.bPaused || !Request.Stream.IsValid() || View.Family == nullptr)
	{
		return false;
	}
	if (Request.bFromSceneCapture)
	{
		return View.bIsSceneCapture && Request.Source != nullptr && View.Family->RenderTarget == Request.Source;
	}
	return IsPlayersView(View);
}

bool FLSDRenderBridge::ShowsIn_RenderThread(const FSceneView& View) const
{
	if (!IsActive() || Request.bPaused || !Request.bShowInView || !Request.Stream.IsValid() || !IsPlayersView(View) || LSDViewColor::IsForHDRDisplay(View))
	{
		return false;
	}
	// A context goes on being good when no newer one comes: the frame that it is shaded with is this one.
	return Request.Stream->IsOfContexts() ? Shading.HasContext() : bHasPicture && Shown.IsValid();
}

void FLSDRenderBridge::CaptureGeometry_RenderThread(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessingInputs& Inputs)
{
	// The engine comes here for every view of the family before it ends the first: what belongs to another view is not to be touched.
	if (!WantsView_RenderThread(View))
	{
		return;
	}
	SCOPE_CYCLE_COUNTER(STAT_MirageLSD_Capture);
	CSV_SCOPED_TIMING_STAT(MirageLSD, Capture);
	Pending = FPending();
	Rendered.fetch_add(1);
	if (LSDViewColor::IsForHDRDisplay(View))
	{
		AddProblem(TEXT("The picture is made for an HDR display, and can't be sent; switch HDR output off (r.HDR.EnableHDROutput 0, or the game's own setting)."));
		return;
	}
	const FLSDCameraHistory::FCamera Camera = FLSDCameraHistory::FromView(View);
	const bool bOtherLevel = View.Family->Scene != LastScene;
	History.BeginFrame(Camera, View.bCameraCut || bOtherLevel || Request.bReset);
	LastScene = View.Family->Scene;
	Request.bReset = false;
	if (History.IsCut())
	{
		// What was painted before is of another place.
		Reprojection.Forget();
	}
	PrepareShading(GraphBuilder, View, Inputs);
	const FIntRect ViewRect = UE::FXRenderingUtils::GetRawViewRectUnsafe(View);
	// A minimised window has views without pixels.
	if (ViewRect.Area() <= 0 || !Pacer.due(lsd_now_ns()))
	{
		return;
	}
	const FLSDStreamOptions& Options = Request.Stream->GetOptions();
	const bool bPerspective = lsd_unreal::is_perspective(Camera.Projection);
	if (!bPerspective)
	{
		AddProblem(TEXT("The captured camera is orthographic; its frames go out without depth, which the daemon can't anchor to the world."));
	}
	Pending.View = &View;
	Pending.Camera.bReset = History.IsCut();
	Pending.Camera.Capture = ++LastCapture;
	Pending.Camera.bHasCamera = bPerspective;
	Pending.Camera.bHasSun = Request.bHasSun;
	Pending.Camera.Sun = Request.Sun;
	if (bPerspective)
	{
		Pending.Camera.Camera = lsd_unreal::to_protocol(Camera.View, Camera.Projection);
	}
	const lsd_unreal::DepthScale Scale = bPerspective ? lsd_unreal::depth_scale(Camera.Projection) : lsd_unreal::DepthScale();
	if (Options.bIds)
	{
		Pending.Camera.Slots = Slots;
		Pending.Textures.Ids = DrawIds(GraphBuilder, Inputs, ViewRect, FVector2f(Scale.scale, Scale.bias), Options.Size);
	}
	if (Options.bDepth || Options.bMotion)
	{
		LSDCapturePass::FGeometryInputs Geometry;
		Geometry.SceneDepth = (*Inputs.SceneTextures)->SceneDepthTexture;
		Geometry.Velocity = (*Inputs.SceneTextures)->GBufferVelocityTexture;
		Geometry.ViewRect = ViewRect;
		Geometry.DepthScale = FVector2f(Scale.scale, Scale.bias);
		Geometry.ClipToCapturedClip = History.GetClipToCapturedClip();
		Geometry.ClipToEngineClip = History.GetClipToEngineClip();
		Geometry.EngineFrames = History.GetEngineFrames();
		FRDGTextureRef Depth = nullptr;
		FRDGTextureRef Motion = nullptr;
		LSDCapturePass::AddGeometry(GraphBuilder, Geometry, Options.Size, Depth, Motion);
		Pending.Textures.Depth = Options.bDepth ? Depth : nullptr;
		Pending.Textures.Motion = Options.bMotion ? Motion : nullptr;
	}
}

FRDGTextureRef FLSDRenderBridge::DrawIds(
	FRDGBuilder& GraphBuilder, const FPostProcessingInputs& Inputs, const FIntRect& ViewRect, const FVector2f& DepthScale, FIntPoint Size)
{
	LSDCapturePass::FIdsInputs Ids;
	Ids.SceneDepth = (*Inputs.SceneTextures)->SceneDepthTexture;
	Ids.CustomDepth = (*Inputs.SceneTextures)->CustomDepthTexture;
	Ids.CustomStencil = (*Inputs.SceneTextures)->CustomStencilTexture;
	Ids.ViewRect = ViewRect;
	Ids.DepthScale = DepthScale;
	for (const lsd_slot& Slot : Slots)
	{
		Ids.KnownSlots[Slot.slot / 32] |= 1u << Slot.slot % 32;
	}
	return LSDCapturePass::AddIds(GraphBuilder, Ids, Size);
}

void FLSDRenderBridge::PrepareShading(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessingInputs& Inputs)
{
	ShadedView = nullptr;
	const FLSDCameraHistory::FCamera Camera = FLSDCameraHistory::FromView(View);
	const FIntRect ViewRect = UE::FXRenderingUtils::GetRawViewRectUnsafe(View);
	const bool bIsNeeded = Request.Stream->IsOfContexts() || Request.bReproject;
	if (!bIsNeeded || !ShowsIn_RenderThread(View) || ViewRect.Area() <= 0 || !lsd_unreal::is_perspective(Camera.Projection))
	{
		return;
	}
	const lsd_unreal::DepthScale Scale = lsd_unreal::depth_scale(Camera.Projection);
	const FMatrix& Jittered = View.ViewMatrices.GetProjectionMatrix();
	ShadeInputs = FLSDShadeInputs();
	ShadeInputs.Depth = (*Inputs.SceneTextures)->SceneDepthTexture;
	ShadeInputs.Velocity = (*Inputs.SceneTextures)->GBufferVelocityTexture;
	ShadeInputs.ViewRect = ViewRect;
	ShadeInputs.DepthScale = FVector2f(Scale.scale, Scale.bias);
	ShadeInputs.Jitter = FVector2f(
		static_cast<float>(Jittered.M[2][0] - Camera.Projection[8]), static_cast<float>(Jittered.M[2][1] - Camera.Projection[9]));
	ShadeInputs.Camera = lsd_unreal::to_protocol(Camera.View, Camera.Projection);
	ShadeInputs.Sun = Request.bHasSun ? &Request.Sun : nullptr;
	ShadeInputs.bWeightsInBuffer = Request.bWeightsInBuffer;
	// Where the engine fills no such buffer (forward shading, Substrate's own format) a small dummy is in its place.
	const FRDGTextureRef GBuffer = (*Inputs.SceneTextures)->GBufferATexture;
	if (Request.bNormals && GBuffer != nullptr && GBuffer->Desc.Extent == ShadeInputs.Depth->Desc.Extent)
	{
		ShadeInputs.Normals = GBuffer;
	}
	if (Request.Stream->GetOptions().bIds)
	{
		ShadeInputs.Slots = &Slots;
		ShadeInputs.Ids = DrawIds(GraphBuilder, Inputs, ViewRect, ShadeInputs.DepthScale, ViewRect.Size());
	}
	ShadedView = &View;
}

void FLSDRenderBridge::Paint(
	FRDGBuilder& GraphBuilder, const FSceneView& View, const FScreenPassTexture& SceneColor, const FScreenPassRenderTarget& Output)
{
	const bool bLinear = LSDViewColor::IsLinear(View);
	if (Request.Stream->IsOfContexts())
	{
		SCOPE_CYCLE_COUNTER(STAT_MirageLSD_Shade);
		CSV_SCOPED_TIMING_STAT(MirageLSD, Shade);
		Shading.AddPass(GraphBuilder, ShadeInputs, SceneColor, Output, bLinear);
	}
	else
	{
		SCOPE_CYCLE_COUNTER(STAT_MirageLSD_Reproject);
		CSV_SCOPED_TIMING_STAT(MirageLSD, Reproject);
		const FScreenPassTexture Picture(RegisterExternalTexture(GraphBuilder, Shown.GetReference(), TEXT("LSDPicture")));
		Reprojection.KeepPicture(GraphBuilder, Picture);
		if (ShadedView == &View && Reprojection.HasKeys())
		{
			Reprojection.AddPass(GraphBuilder, ShadeInputs, History, Rendered.load(), SceneColor, Output, bLinear);
		}
		else
		{
			LSDCapturePass::AddCopy(GraphBuilder, Picture, Output, bLinear ? LSDCapturePass::EEncode::None : LSDCapturePass::EEncode::SRGB);
		}
	}
	// What it points at is the graph's, and this frame's.
	ShadedView = nullptr;
	ShadeInputs = FLSDShadeInputs();
}

FScreenPassTexture FLSDRenderBridge::AfterTonemap_RenderThread(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessMaterialInputs& Inputs)
{
#if LSD_INPUTS_ARE_SLICES
	const FScreenPassTexture SceneColor = FScreenPassTexture::CopyFromSlice(GraphBuilder, Inputs.GetInput(EPostProcessMaterialInput::SceneColor));
#else
	const FScreenPassTexture SceneColor = Inputs.GetInput(EPostProcessMaterialInput::SceneColor);
#endif
	if (Pending.View == &View)
	{
		if (SceneColor.IsValid())
		{
			CaptureColor(GraphBuilder, View, SceneColor);
		}
		Pending = FPending();
	}
	FScreenPassRenderTarget Output = Inputs.OverrideOutput;
	const bool bContexts = Request.Stream.IsValid() && Request.Stream->IsOfContexts();
	if (!SceneColor.IsValid() || !ShowsIn_RenderThread(View) || (bContexts && ShadedView != &View))
	{
		// The last pass of the chain has to write to the given target: with a draw, because a copy fails where the sizes differ (while a window is
		// being resized). Alpha goes through: others look at it.
		if (!Output.IsValid() || !SceneColor.IsValid())
		{
			return SceneColor;
		}
		LSDCapturePass::AddCopy(GraphBuilder, SceneColor, Output, LSDCapturePass::EEncode::None);
		return FScreenPassTexture(Output.Texture, Output.ViewRect);
	}
	if (!Output.IsValid())
	{
		Output = FScreenPassRenderTarget::CreateFromInput(GraphBuilder, SceneColor, ERenderTargetLoadAction::ENoAction, TEXT("LSDView"));
	}
	Paint(GraphBuilder, View, SceneColor, Output);
	AddBefore(GraphBuilder, SceneColor, Output);
	return FScreenPassTexture(Output.Texture, Output.ViewRect);
}

void FLSDRenderBridge::AddBefore(FRDGBuilder& GraphBuilder, const FScreenPassTexture& SceneColor, const FScreenPassRenderTarget& Output)
{
	const int32 Width = FMath::RoundToInt(Request.BeforeAfter * static_cast<float>(Output.ViewRect.Width()));
	if (Width <= 0)
	{
		return;
	}
	FScreenPassTexture Before = SceneColor;
	Before.ViewRect.Max.X = Before.ViewRect.Min.X + FMath::RoundToInt(Request.BeforeAfter * static_cast<float>(SceneColor.ViewRect.Width()));
	FIntRect Left = Output.ViewRect;
	Left.Max.X = Left.Min.X + Width;
	LSDCapturePass::AddCopy(GraphBuilder, Before, FScreenPassRenderTarget(Output.Texture, Left, ERenderTargetLoadAction::ELoad), LSDCapturePass::EEncode::None);
}

void FLSDRenderBridge::CaptureColor(FRDGBuilder& GraphBuilder, const FSceneView& View, const FScreenPassTexture& SceneColor)
{
	Pending.Textures.Color = LSDCapturePass::AddColor(GraphBuilder, SceneColor, Request.Stream->GetOptions().Size, LSDViewColor::IsLinear(View));
	if (Readback->Enqueue_RenderThread(GraphBuilder, Pending.Textures, Pending.Camera))
	{
		bUnderWay.store(true);
		History.EndCapture();
		if (Request.bReproject && Pending.Camera.bHasCamera && Pending.Textures.Depth != nullptr)
		{
			Reprojection.AddCaptured(GraphBuilder, LastCapture, Pending.Textures.Depth, FLSDCameraHistory::FromView(View), Pending.Camera.Slots, Rendered.load());
		}
	}
}

void FLSDRenderBridge::AddProblem(const FString& Problem)
{
	// Of every frame only one reaches the queue, so it can't grow.
	if (Problem != LastProblem)
	{
		LastProblem = Problem;
		Problems.Enqueue(Problem);
	}
}

void FLSDRenderBridge::Release_RenderThread()
{
	Pending = FPending();
	Readback.Reset();
	RetiredReadback.Reset();
	Shown.SafeRelease();
	Shading.Release();
	Reprojection.Forget();
	ShadedView = nullptr;
	Request = FLSDRenderRequest();
	bPumpQueued.store(false);
}
