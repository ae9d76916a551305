// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// Views and view extensions, in the form of the engine version that STAND_IN_ENGINE_MINOR names.
#include "Misc/EngineVersionComparison.h"
#include "StandIn/RenderGraph.h"

// FViewMatrices: GetViewMatrix, GetProjectionNoAAMatrix: public plugins of 5.0 to 5.7 (world to view, with its translation; without jitter).
class FViewMatrices
{
public:
	const FMatrix& GetViewMatrix() const { return StandInView; }
	const FMatrix& GetProjectionMatrix() const { return bStandInJitter ? StandInJittered : StandInProjection; }
	const FMatrix& GetProjectionNoAAMatrix() const { return StandInProjection; }
	// GetViewOrigin: public view code of 4.2x to 5.7. The inverse of a rotation is its transpose.
	FVector GetViewOrigin() const
	{
		double At[3] = {};
		for (int32 Axis = 0; Axis < 3; ++Axis)
		{
			for (int32 k = 0; k < 3; ++k)
			{
				At[Axis] -= StandInView.M[3][k] * StandInView.M[Axis][k];
			}
		}
		return FVector(At[0], At[1], At[2]);
	}
	FMatrix StandInView;
	FMatrix StandInProjection;
	/** With what temporal anti-aliasing adds. */
	FMatrix StandInJittered;
	bool bStandInJitter = false;
};

// EStereoscopicPass::eSSP_FULL and FSceneView::StereoPass: headset plugins of 4.x to 5.7. An eye of a headset is one of the others.
enum class EStereoscopicPass
{
	eSSP_FULL,
	eSSP_PRIMARY,
	eSSP_SECONDARY
};
class FSceneView;
class FSceneViewFamily
{
public:
	FSceneInterface* Scene = nullptr;
	TArray<const FSceneView*> Views;
	const FRenderTarget* RenderTarget = nullptr;
	ESceneCaptureSource SceneCaptureSource = SCS_FinalColorLDR;
};
class FSceneView
{
public:
	const FSceneViewFamily* Family = nullptr;
	FViewMatrices ViewMatrices;
	bool bIsGameView = false;
	bool bIsSceneCapture = false;
	bool bIsReflectionCapture = false;
	bool bIsPlanarReflection = false;
	bool bCameraCut = false;
	EStereoscopicPass StereoPass = EStereoscopicPass::eSSP_FULL;
	FIntRect StandInViewRect;
};
namespace UE::FXRenderingUtils
{
	// GetRawViewRectUnsafe(View): OnikataHoshio/LearnRDG and other public view extensions, 5.1 to 5.7.
	inline FIntRect GetRawViewRectUnsafe(const FSceneView& View) { return View.StandInViewRect; }
}

struct FSceneTextureUniformParameters
{
	FRDGTextureRef SceneColorTexture = nullptr;
	FRDGTextureRef SceneDepthTexture = nullptr;
	FRDGTextureRef GBufferVelocityTexture = nullptr;
	FRDGTextureRef GBufferATexture = nullptr;
	FRDGTextureRef CustomDepthTexture = nullptr;
	FRDGTextureSRVRef CustomStencilTexture = nullptr;
};
template <typename T>
class TRDGUniformBuffer
{
public:
	const T* operator->() const { return &StandInContents; }
	const T* GetContents() const { return &StandInContents; }
	T StandInContents;
};
template <typename T>
using TRDGUniformBufferRef = TRDGUniformBuffer<T>*;

// (*Inputs.SceneTextures)->SceneColorTexture: RyanSweeney987/UE5_Tut_2_Custom_Shaders.
struct FPostProcessingInputs
{
	TRDGUniformBufferRef<FSceneTextureUniformParameters> SceneTextures = nullptr;
};

struct FScreenPassTexture
{
	FScreenPassTexture() = default;
	explicit FScreenPassTexture(FRDGTextureRef InTexture) : Texture(InTexture), ViewRect(0, 0, InTexture->Desc.Extent.X, InTexture->Desc.Extent.Y) {}
	FScreenPassTexture(FRDGTextureRef InTexture, FIntRect InViewRect) : Texture(InTexture), ViewRect(InViewRect) {}
	bool IsValid() const { return Texture != nullptr && ViewRect.Area() > 0; }
#if STAND_IN_ENGINE_MINOR >= 4
	static FScreenPassTexture CopyFromSlice(FRDGBuilder& GraphBuilder, const struct FScreenPassTextureSlice& Slice);
#endif
	FRDGTextureRef Texture = nullptr;
	FIntRect ViewRect;
};
#if STAND_IN_ENGINE_MINOR >= 4
// 5.4: FScreenPassTextureSlice and CopyFromSlice: rdeioris/CompushadyUnreal, CompushadyBlendable.cpp (COMPUSHADY_UE_VERSION >= 54).
struct FScreenPassTextureSlice
{
	FScreenPassTexture StandInTexture;
};
inline FScreenPassTexture FScreenPassTexture::CopyFromSlice(FRDGBuilder&, const FScreenPassTextureSlice& Slice)
{
	return Slice.StandInTexture;
}
#endif

// FScreenPassRenderTarget, CreateFromInput, OverrideOutput: rdeioris/CompushadyUnreal, CompushadyBlitterActor.cpp.
struct FScreenPassRenderTarget : public FScreenPassTexture
{
	FScreenPassRenderTarget() = default;
	FScreenPassRenderTarget(FRDGTextureRef InTexture, FIntRect InViewRect, ERenderTargetLoadAction InLoadAction)
		: FScreenPassTexture(InTexture, InViewRect), LoadAction(InLoadAction)
	{
	}
	static FScreenPassRenderTarget CreateFromInput(FRDGBuilder& GraphBuilder, FScreenPassTexture Input, ERenderTargetLoadAction OutputLoadAction, const TCHAR* OutputName)
	{
		return FScreenPassRenderTarget(GraphBuilder.CreateTexture(Input.Texture->Desc, OutputName), Input.ViewRect, OutputLoadAction);
	}
	FRenderTargetBinding GetRenderTargetBinding() const { return FRenderTargetBinding(Texture, LoadAction); }
	ERenderTargetLoadAction LoadAction = ERenderTargetLoadAction::ENoAction;
};

enum class EPostProcessMaterialInput : uint32
{
	SceneColor = 0
};
struct FPostProcessMaterialInputs
{
#if STAND_IN_ENGINE_MINOR >= 4
	FScreenPassTextureSlice GetInput(EPostProcessMaterialInput) const { return FScreenPassTextureSlice{StandInSceneColor}; }
#else
	FScreenPassTexture GetInput(EPostProcessMaterialInput) const { return StandInSceneColor; }
#endif
	FScreenPassRenderTarget OverrideOutput;
	FScreenPassTexture StandInSceneColor;
};

class FViewport
{
};
struct FSceneViewExtensionContext
{
	FViewport* Viewport = nullptr;
	FSceneInterface* Scene = nullptr;
	UWorld* GetWorld() const { return Scene != nullptr ? Scene->GetWorld() : nullptr; }
};

struct SceneRenderingAllocator
{
};
using FPostProcessingPassDelegate = TStandInDelegate<FScreenPassTexture, FRDGBuilder&, const FSceneView&, const FPostProcessMaterialInputs&>;
using FPostProcessingPassDelegateArray = TArray<FPostProcessingPassDelegate, SceneRenderingAllocator>;
// Both names are there in every version (the older softly deprecated later): rdeioris/CompushadyUnreal uses both.
using FAfterPassCallbackDelegate = FPostProcessingPassDelegate;
using FAfterPassCallbackDelegateArray = FPostProcessingPassDelegateArray;

class ISceneViewExtension
{
public:
	enum class EPostProcessingPass : uint32
	{
		SSRInput,
		MotionBlur,
		Tonemap,
		FXAA,
		VisualizeDepthOfField,
		MAX
	};
	virtual ~ISceneViewExtension() = default;
	virtual void SetupViewFamily(FSceneViewFamily& InViewFamily) = 0;
	virtual void SetupView(FSceneViewFamily& InViewFamily, FSceneView& InView) = 0;
	virtual void BeginRenderViewFamily(FSceneViewFamily& InViewFamily) = 0;
	virtual void PrePostProcessPass_RenderThread(FRDGBuilder&, const FSceneView&, const FPostProcessingInputs&) {}
	// The view came with 5.5: A57R4L/TonemapOverride (UE_VERSION_OLDER_THAN(5, 5, 0)), rdeioris/CompushadyUnreal (>= 55).
#if STAND_IN_ENGINE_MINOR >= 5
	virtual void SubscribeToPostProcessingPass(EPostProcessingPass, const FSceneView&, FPostProcessingPassDelegateArray&, bool) {}
#else
	virtual void SubscribeToPostProcessingPass(EPostProcessingPass, FAfterPassCallbackDelegateArray&, bool) {}
#endif
	bool IsActiveThisFrame(const FSceneViewExtensionContext& Context) const { return IsActiveThisFrame_Internal(Context); }

protected:
	virtual bool IsActiveThisFrame_Internal(const FSceneViewExtensionContext&) const { return true; }
};

struct FAutoRegister
{
};
class FSceneViewExtensionBase : public ISceneViewExtension
{
public:
	explicit FSceneViewExtensionBase(const FAutoRegister&) {}
};
// FSceneViewExtensions::NewExtension<T>(Args...): rdeioris/CompushadyUnreal, CompushadyBlendable.cpp.
struct FSceneViewExtensions
{
	template <typename T, typename... Args>
	static TSharedRef<T, ESPMode::ThreadSafe> NewExtension(Args&&... Arguments)
	{
		TSharedRef<T, ESPMode::ThreadSafe> Made = MakeShared<T, ESPMode::ThreadSafe>(FAutoRegister(), std::forward<Args>(Arguments)...);
		StandInKnown().push_back(Made.StandInPointer());
		return Made;
	}
	static std::vector<std::weak_ptr<ISceneViewExtension>>& StandInKnown();
};

namespace StandIn
{
	/** What the engine's renderer has of one view when post-processing begins. */
	struct FRenderedView
	{
		FSceneView View;
		FSceneViewFamily Family;
		FTextureRHIRef Color, Depth, Velocity;
		/** Of the finished picture in Color; empty: as the view's. */
		FIntRect ColorRect;
		/** Null where the renderer fills none (forward shading): then there is a small dummy in its place. */
		FTextureRHIRef GBufferA;
		FTextureRHIRef CustomDepth, CustomStencil;
		/** The chain's last target, or none. */
		FTextureRHIRef Override;
		bool bHasViewport = true;
		/** Further views of the same family (split screen, the other eye); their own Family is not looked at. */
		std::vector<std::shared_ptr<FRenderedView>> Others;
		/** How many passes the extensions asked for after tone mapping, for this view. */
		int32 Subscriptions = 0;
		FTextureRHIRef Shown;
	};
	/** Renders one frame as the engine does: asks the extensions on the game thread, calls them on the render thread: before post-processing
	 * for every view, then after tone mapping view by view. Below SM5 the mobile renderer has another call before post-processing. Scene captures of a source that is not tone-mapped have no post-processing. Returns
	 * at once; what the view shows at the end is in OutShown (and in each view's Shown) after FlushRenderingCommands. */
	void RenderView(const std::shared_ptr<FRenderedView>& Rendered, std::shared_ptr<FTextureRHIRef> OutShown = nullptr);
}
