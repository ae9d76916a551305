// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "LSDEngineVersion.h"
#include "SceneViewExtension.h"
#include "Templates/SharedPointer.h"

class FLSDRenderBridge;
class FLSDSlotTable;
class FSceneInterface;

/** Where the engine's rendering and a stream meet: depth and velocity before post-processing, the picture after tone mapping. */
class FLSDViewExtension : public FSceneViewExtensionBase
{
public:
	FLSDViewExtension(const FAutoRegister& AutoRegister, const TSharedRef<FLSDRenderBridge, ESPMode::ThreadSafe>& InBridge);

	//~ ISceneViewExtension
	virtual void SetupViewFamily(FSceneViewFamily&) override {}
	virtual void SetupView(FSceneViewFamily&, FSceneView&) override {}
	virtual void BeginRenderViewFamily(FSceneViewFamily& Family) override;
	virtual void PrePostProcessPass_RenderThread(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessingInputs& Inputs) override;
#if LSD_SUBSCRIBE_HAS_VIEW
	virtual void SubscribeToPostProcessingPass(
		EPostProcessingPass Pass, const FSceneView& View, FAfterPassCallbackDelegateArray& InOutPassCallbacks, bool bIsPassEnabled) override;
#else
	virtual void SubscribeToPostProcessingPass(EPostProcessingPass Pass, FAfterPassCallbackDelegateArray& InOutPassCallbacks, bool bIsPassEnabled) override;
#endif

	/** What is marked in the world that the stream looks at; nullptr: nothing is asked for. Game thread. */
	void SetSlots(const TSharedPtr<FLSDSlotTable>& NewSlots, const FSceneInterface* NewScene);

protected:
	virtual bool IsActiveThisFrame_Internal(const FSceneViewExtensionContext& Context) const override;

private:
	void Subscribe(EPostProcessingPass Pass, FAfterPassCallbackDelegateArray& InOutPassCallbacks, bool bIsPassEnabled);
	FScreenPassTexture AfterTonemap_RenderThread(FRDGBuilder& GraphBuilder, const FSceneView& View, const FPostProcessMaterialInputs& Inputs);

	TSharedRef<FLSDRenderBridge, ESPMode::ThreadSafe> Bridge;
	TSharedPtr<FLSDSlotTable> Slots;
	const FSceneInterface* Scene = nullptr;
};
