// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "StandIn/SceneView.h"

uint32 GFrameCounterRenderThread = 0;

FRDGTextureRef FRDGBuilder::CreateTexture(const FRDGTextureDesc& Desc, const TCHAR*)
{
	auto Made = std::make_unique<FRDGTexture>();
	Made->Desc = Desc;
	// What a graph makes may be drawn to and is gone after it.
	Made->StandInRHI = std::make_shared<FRHITexture>(Desc.Extent, Desc.Format, ETextureCreateFlags::None);
	Kept->Textures.push_back(std::move(Made));
	return Kept->Textures.back().get();
}

FRDGTextureRef FRDGBuilder::StandInRegister(FRHITexture* Texture)
{
	auto Made = std::make_unique<FRDGTexture>();
	Made->Desc = FRDGTextureDesc::Create2D(Texture->GetDesc().Extent, Texture->GetDesc().Format, FClearValueBinding::None, Texture->GetDesc().Flags);
	Made->StandInRHI = Texture->shared_from_this();
	Kept->Textures.push_back(std::move(Made));
	return Kept->Textures.back().get();
}

FRDGTextureSRVRef FRDGBuilder::StandInView(FRDGTextureRef Texture)
{
	Kept->Views.push_back(std::make_unique<FRDGTextureSRV>(FRDGTextureSRV{Texture}));
	return Kept->Views.back().get();
}

void FRDGBuilder::Execute()
{
	check(StandIn::IsInRenderThread());
	bExecuted = true;
	StandIn::EnqueueRHI([Kept = Kept, Passes = std::move(Passes)]
	{
		for (const auto& Pass : Passes)
		{
			Pass();
		}
	});
}

FRDGTextureRef RegisterExternalTexture(FRDGBuilder& GraphBuilder, FRHITexture* Texture, const TCHAR*)
{
	return GraphBuilder.StandInRegister(Texture);
}

void AddEnqueueCopyPass(FRDGBuilder& GraphBuilder, FRHIGPUTextureReadback* Readback, FRDGTextureRef SourceTexture, FResolveRect)
{
	GraphBuilder.StandInAddPass([Staging = Readback->StandInBegin(SourceTexture->Desc.Extent), SourceTexture]
	{
		FRHIGPUTextureReadback::StandInFinish(*Staging, *SourceTexture->StandInRHI);
	});
}

FGlobalShaderMap* GetGlobalShaderMap(ERHIFeatureLevel)
{
	static FGlobalShaderMap Map;
	return &Map;
}

namespace StandIn
{
	std::map<std::wstring, FPixelShader>& GetShaders()
	{
		static std::map<std::wstring, FPixelShader> Shaders;
		return Shaders;
	}

	void RunFullscreen(const FShaderSource& Source, const void* Parameters, const FRenderTargetBindingSlots& Targets, const FIntRect& Viewport)
	{
		const auto Found = GetShaders().find(Source.Path);
		check(Found != GetShaders().end());
		for (int32 Y = Viewport.Min.Y; Y < Viewport.Max.Y; ++Y)
		{
			for (int32 X = Viewport.Min.X; X < Viewport.Max.X; ++X)
			{
				FPixel Out[8];
				Found->second(Parameters, static_cast<float>(X) + 0.5f, static_cast<float>(Y) + 0.5f, Out);
				for (uint32 Target = 0; Target < 8 && Targets[Target].GetTexture() != nullptr; ++Target)
				{
					Targets[Target].GetTexture()->StandInRHI->StandInStore(X, Y, Out[Target]);
				}
			}
		}
	}

	using FExtensions = std::vector<std::shared_ptr<ISceneViewExtension>>;

	static bool IsToneMapped(const FRenderedView& Rendered)
	{
		const ESceneCaptureSource Source = Rendered.Family.SceneCaptureSource;
		return !Rendered.View.bIsSceneCapture || Source == SCS_FinalColorLDR || Source == SCS_FinalColorHDR || Source == SCS_FinalToneCurveHDR;
	}

	static FPostProcessingInputs MakeInputs(FRDGBuilder& GraphBuilder, const FRenderedView& Rendered, TRDGUniformBuffer<FSceneTextureUniformParameters>& Textures)
	{
		FSceneTextureUniformParameters& Contents = Textures.StandInContents;
		Contents.SceneDepthTexture = GraphBuilder.StandInRegister(Rendered.Depth.GetReference());
		Contents.GBufferVelocityTexture = GraphBuilder.StandInRegister(Rendered.Velocity.GetReference());
		if (Rendered.GBufferA.IsValid())
		{
			Contents.GBufferATexture = GraphBuilder.StandInRegister(Rendered.GBufferA.GetReference());
		}
		if (Rendered.CustomStencil.IsValid())
		{
			Contents.CustomDepthTexture = GraphBuilder.StandInRegister(Rendered.CustomDepth.GetReference());
			Contents.CustomStencilTexture = GraphBuilder.StandInView(GraphBuilder.StandInRegister(Rendered.CustomStencil.GetReference()));
		}
		FPostProcessingInputs Inputs;
		Inputs.SceneTextures = &Textures;
		return Inputs;
	}

	/** What tone mapping writes: encoded for the gamma of the family's target, which is 1 for a render target's floats. */
	static FRDGTextureRef ToneMapped(FRDGBuilder& GraphBuilder, const FRenderedView& Rendered)
	{
		const bool bLinear = Rendered.View.Family->RenderTarget != nullptr && Rendered.View.Family->RenderTarget->GetDisplayGamma() < 1.5f;
		if (!bLinear)
		{
			return GraphBuilder.StandInRegister(Rendered.Color.GetReference());
		}
		const FIntPoint Size = Rendered.Color->GetDesc().Extent;
		const FRDGTextureRef Linear = GraphBuilder.CreateTexture(
			FRDGTextureDesc::Create2D(Size, PF_FloatRGBA, FClearValueBinding::None, ETextureCreateFlags::None), TEXT("Linear"));
		for (int32 Index = 0; Index < Size.X * Size.Y; ++Index)
		{
			FPixel Pixel = Rendered.Color->StandInLoad(Index % Size.X, Index / Size.X);
			for (int32 Channel = 0; Channel < 3; ++Channel)
			{
				const float Encoded = Pixel.V[Channel];
				Pixel.V[Channel] = Encoded <= 0.04045f ? Encoded / 12.92f : std::pow((Encoded + 0.055f) / 1.055f, 2.4f);
			}
			Linear->StandInRHI->StandInStore(Index % Size.X, Index / Size.X, Pixel);
		}
		return Linear;
	}

	static void AfterTonemap(FRDGBuilder& GraphBuilder, FRenderedView& Rendered, const FExtensions& Active)
	{
		FScreenPassTexture Color(ToneMapped(GraphBuilder, Rendered), Rendered.View.StandInViewRect);
		FPostProcessingPassDelegateArray Callbacks;
		for (const auto& Extension : Active)
		{
#if STAND_IN_ENGINE_MINOR >= 5
			Extension->SubscribeToPostProcessingPass(ISceneViewExtension::EPostProcessingPass::Tonemap, Rendered.View, Callbacks, true);
#else
			Extension->SubscribeToPostProcessingPass(ISceneViewExtension::EPostProcessingPass::Tonemap, Callbacks, true);
#endif
		}
		Rendered.Subscriptions = Callbacks.Num();
		for (int32 Index = 0; Index < Callbacks.Num(); ++Index)
		{
			FPostProcessMaterialInputs After;
			After.StandInSceneColor = Color;
			if (Index + 1 == Callbacks.Num() && Rendered.Override.IsValid())
			{
				const FRDGTextureRef Last = GraphBuilder.StandInRegister(Rendered.Override.GetReference());
				After.OverrideOutput = FScreenPassRenderTarget(Last, FScreenPassTexture(Last).ViewRect, ERenderTargetLoadAction::EClear);
			}
			Color = Callbacks[Index].Execute(GraphBuilder, Rendered.View, After);
		}
		Rendered.Shown = FTextureRHIRef(Color.Texture->StandInRHI);
	}

	void RenderView(const std::shared_ptr<FRenderedView>& Rendered, std::shared_ptr<FTextureRHIRef> OutShown)
	{
		static FViewport Viewport;
		FSceneViewExtensionContext Context;
		Context.Viewport = Rendered->bHasViewport ? &Viewport : nullptr;
		Context.Scene = Rendered->Family.Scene;
		FExtensions Active;
		auto& Known = FSceneViewExtensions::StandInKnown();
		Known.erase(std::remove_if(Known.begin(), Known.end(), [](const auto& Weak) { return Weak.expired(); }), Known.end());
		for (const auto& Weak : Known)
		{
			auto Extension = Weak.lock();
			if (Extension != nullptr && Extension->IsActiveThisFrame(Context))
			{
				Active.push_back(std::move(Extension));
			}
		}
		for (const auto& Extension : Active)
		{
			Extension->BeginRenderViewFamily(Rendered->Family);
		}
		EnqueueRender([Rendered, OutShown, Active = std::move(Active)](FRHICommandListImmediate& List)
		{
			++GFrameCounterRenderThread;
			std::vector<FRenderedView*> Views{Rendered.get()};
			for (const auto& Other : Rendered->Others)
			{
				Views.push_back(Other.get());
			}
			Rendered->Family.Views.Reset();
			for (FRenderedView* View : Views)
			{
				View->View.Family = &Rendered->Family;
				Rendered->Family.Views.Add(&View->View);
			}
			FRDGBuilder GraphBuilder(List);
			std::vector<TRDGUniformBuffer<FSceneTextureUniformParameters>> Textures(Views.size());
			// The engine begins all views before it ends the first.
			for (size_t Index = 0; Index < Views.size() && IsToneMapped(*Rendered); ++Index)
			{
				const FPostProcessingInputs Inputs = MakeInputs(GraphBuilder, *Views[Index], Textures[Index]);
				for (const auto& Extension : Active)
				{
					Extension->PrePostProcessPass_RenderThread(GraphBuilder, Views[Index]->View, Inputs);
				}
			}
			for (FRenderedView* View : Views)
			{
				if (IsToneMapped(*Rendered))
				{
					AfterTonemap(GraphBuilder, *View, Active);
				}
			}
			if (OutShown != nullptr)
			{
				*OutShown = Rendered->Shown;
			}
			GraphBuilder.Execute();
		});
	}
}

std::vector<std::weak_ptr<ISceneViewExtension>>& FSceneViewExtensions::StandInKnown()
{
	static std::vector<std::weak_ptr<ISceneViewExtension>> Known;
	return Known;
}
