// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "StandIn/SceneView.h"

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
	Made->Desc = FRDGTextureDesc::Create2D(Texture->GetSizeXY(), Texture->GetFormat(), FClearValueBinding::None, Texture->GetFlags());
	Made->StandInRHI = Texture->shared_from_this();
	Kept->Textures.push_back(std::move(Made));
	return Kept->Textures.back().get();
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

	void RenderView(const std::shared_ptr<FRenderedView>& Rendered, std::shared_ptr<FTextureRHIRef> OutShown)
	{
		static FViewport Viewport;
		FSceneViewExtensionContext Context;
		Context.Viewport = Rendered->bHasViewport ? &Viewport : nullptr;
		std::vector<std::shared_ptr<ISceneViewExtension>> Active;
		auto& Known = FSceneViewExtensions::StandInKnown();
		Known.erase(std::remove_if(Known.begin(), Known.end(), [](const auto& Weak) { return Weak.expired(); }), Known.end());
		for (const auto& Weak : Known)
		{
			auto Extension = Weak.lock();
			if (Extension != nullptr && Extension->IsActiveThisFrame(Context))
			{
				Extension->BeginRenderViewFamily(Rendered->Family);
				Active.push_back(std::move(Extension));
			}
		}
		EnqueueRender([Rendered, OutShown, Active = std::move(Active)](FRHICommandListImmediate& List)
		{
			Rendered->View.Family = &Rendered->Family;
			Rendered->Family.Views.Reset();
			Rendered->Family.Views.Add(&Rendered->View);
			FRDGBuilder GraphBuilder(List);
			TRDGUniformBuffer<FSceneTextureUniformParameters> Textures;
			Textures.StandInContents.SceneDepthTexture = GraphBuilder.StandInRegister(Rendered->Depth.GetReference());
			Textures.StandInContents.GBufferVelocityTexture = GraphBuilder.StandInRegister(Rendered->Velocity.GetReference());
			FPostProcessingInputs Inputs;
			Inputs.SceneTextures = &Textures;
			FScreenPassTexture Color(GraphBuilder.StandInRegister(Rendered->Color.GetReference()), Rendered->View.StandInViewRect);
			for (const auto& Extension : Active)
			{
				Extension->PrePostProcessPass_RenderThread(GraphBuilder, Rendered->View, Inputs);
			}
			FPostProcessingPassDelegateArray Callbacks;
			for (const auto& Extension : Active)
			{
#if STAND_IN_ENGINE_MINOR >= 5
				Extension->SubscribeToPostProcessingPass(ISceneViewExtension::EPostProcessingPass::Tonemap, Rendered->View, Callbacks, true);
#else
				Extension->SubscribeToPostProcessingPass(ISceneViewExtension::EPostProcessingPass::Tonemap, Callbacks, true);
#endif
			}
			for (int32 Index = 0; Index < Callbacks.Num(); ++Index)
			{
				FPostProcessMaterialInputs After;
				After.StandInSceneColor = Color;
				if (Index + 1 == Callbacks.Num() && Rendered->Override.IsValid())
				{
					const FRDGTextureRef Last = GraphBuilder.StandInRegister(Rendered->Override.GetReference());
					After.OverrideOutput = FScreenPassRenderTarget(Last, FScreenPassTexture(Last).ViewRect, ERenderTargetLoadAction::EClear);
				}
				Color = Callbacks[Index].Execute(GraphBuilder, Rendered->View, After);
			}
			if (OutShown != nullptr)
			{
				*OutShown = Color.Texture->StandInRHI;
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
