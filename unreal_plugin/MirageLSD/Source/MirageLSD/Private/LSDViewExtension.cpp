// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDViewExtension.h"

#include "LSDRenderBridge.h"
#include "LSDSlotTable.h"
#include "RHI.h"
#include "RenderingThread.h"

FLSDViewExtension::FLSDViewExtension(const FAutoRegister& AutoRegister, const TSharedRef<FLSDRenderBridge, ESPMode::ThreadSafe>& InBridge)
	: FSceneViewExtensionBase(AutoRegister)
	, Bridge(InBridge)
{
}

bool FLSDViewExtension::IsActiveThisFrame_Internal(const FSceneViewExtensionContext& Context) const
{
	// Scene captures and renders of Movie Render Queue come without a viewport. Which view of which world is the stream's, the render thread decides.
	// The mobile renderer would come with its passes, for which there are no shaders.
	return Bridge->IsActive() && GMaxRHIFeatureLevel >= ERHIFeatureLevel::SM5 && (Context.Viewport != nullptr || Bridge->WantsSceneCaptures() || Bridge->IsOffline());
}

void FLSDViewExtension::SetSlots(const TSharedPtr<FLSDSlotTable>& NewSlots, const FSceneInterface* NewScene)
{
	Slots = NewSlots;
	Scene = NewScene;
}

void FLSDViewExtension::BeginRenderViewFamily(FSceneViewFamily& Family)
{
	// The last moment on the game thread before this frame is rendered: what is read here is where things are in the picture.
	if (!Slots.IsValid() || Family.Scene != Scene)
	{
		return;
	}
	if (Family.Views.Num() > 0 && !Family.Views[0]->bIsSceneCapture)
	{
		Slots->SetEye(Family.Views[0]->ViewMatrices.GetViewOrigin());
	}
	ENQUEUE_RENDER_COMMAND(LSDSlots)([Bridge = Bridge, Rows = Slots->GetRows()](FRHICommandListImmediate&) mutable
	{
		Bridge->SetSlots_RenderThread(MoveTemp(Rows));
	});
}

void FLSDViewExtension::PrePostProcessPass_RenderThread(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessingInputs& Inputs)
{
	Bridge->CaptureGeometry_RenderThread(GraphBuilder, View, Inputs);
}

#if LSD_SUBSCRIBE_HAS_VIEW
void FLSDViewExtension::SubscribeToPostProcessingPass(
	EPostProcessingPass Pass, const FSceneView& View, FAfterPassCallbackDelegateArray& InOutPassCallbacks, bool bIsPassEnabled)
{
	// A pass that only hands a picture on would cost a draw in every view of the process.
	if (Bridge->WantsView_RenderThread(View) || Bridge->ShowsIn_RenderThread(View))
	{
		Subscribe(Pass, InOutPassCallbacks, bIsPassEnabled);
	}
}
#else
void FLSDViewExtension::SubscribeToPostProcessingPass(EPostProcessingPass Pass, FAfterPassCallbackDelegateArray& InOutPassCallbacks, bool bIsPassEnabled)
{
	Subscribe(Pass, InOutPassCallbacks, bIsPassEnabled);
}
#endif

void FLSDViewExtension::Subscribe(EPostProcessingPass Pass, FAfterPassCallbackDelegateArray& InOutPassCallbacks, bool bIsPassEnabled)
{
	if (Pass == EPostProcessingPass::Tonemap && bIsPassEnabled)
	{
		// The view family keeps its extensions alive until the frame is rendered.
		InOutPassCallbacks.Add(FAfterPassCallbackDelegate::CreateRaw(this, &FLSDViewExtension::AfterTonemap_RenderThread));
	}
}

FScreenPassTexture FLSDViewExtension::AfterTonemap_RenderThread(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessMaterialInputs& Inputs)
{
	return Bridge->AfterTonemap_RenderThread(GraphBuilder, View, Inputs);
}
