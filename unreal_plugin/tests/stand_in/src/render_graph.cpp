// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "HAL/IConsoleManager.h"
#include "StandIn/SceneView.h"

uint32 GFrameCounterRenderThread = 0;
uint64 GFrameCounter = 1;

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
	Made->bStandInWritten = true;
	Kept->Textures.push_back(std::move(Made));
	return Kept->Textures.back().get();
}

FRDGTextureRef FRDGBuilder::RegisterExternalTexture(const TRefCountPtr<IPooledRenderTarget>& Pooled)
{
	check(StandIn::IsInRenderThread() && Pooled.IsValid());
	const FRDGTextureRef Made = StandInRegister(Pooled->StandInRHI.get());
	Made->StandInPooled = Pooled;
	return Made;
}

const TRefCountPtr<IPooledRenderTarget>& FRDGBuilder::ConvertToExternalTexture(FRDGTextureRef Texture)
{
	check(Kept->Has(Texture));
	if (!Texture->StandInPooled.IsValid())
	{
		Texture->StandInPooled = std::make_shared<IPooledRenderTarget>(Texture->StandInRHI);
	}
	return Texture->StandInPooled;
}

FRDGTextureSRVRef FRDGBuilder::StandInView(FRDGTextureRef Texture)
{
	Kept->Views.push_back(std::make_unique<FRDGTextureSRV>(FRDGTextureSRV{Texture}));
	return Kept->Views.back().get();
}

FRDGBufferRef FRDGBuilder::RegisterExternalBuffer(const TRefCountPtr<FRDGPooledBuffer>& Pooled)
{
	check(Pooled.IsValid());
	Kept->Buffers.push_back(std::make_unique<FRDGBuffer>(FRDGBuffer{Pooled}));
	return Kept->Buffers.back().get();
}

const TRefCountPtr<FRDGPooledBuffer>& FRDGBuilder::ConvertToExternalBuffer(FRDGBufferRef Buffer)
{
	check(Kept->Has(Buffer));
	return Buffer->StandInPooled;
}

FRDGBufferSRVRef FRDGBuilder::CreateSRV(FRDGBufferRef Buffer)
{
	check(Kept->Has(Buffer));
	Kept->BufferViews.push_back(std::make_unique<FRDGBufferSRV>(FRDGBufferSRV{Buffer}));
	return Kept->BufferViews.back().get();
}

bool FRDGBuilder::FKept::Has(const void* Resource) const
{
	auto Holds = [Resource](const auto& List) { return std::any_of(List.begin(), List.end(), [Resource](const auto& Held) { return Held.get() == Resource; }); };
	return Holds(Textures) || Holds(Views) || Holds(Buffers) || Holds(BufferViews);
}

bool FRDGBuilder::FKept::HoldsSomething(const void* Resource) const
{
	const auto Found = std::find_if(Textures.begin(), Textures.end(), [Resource](const auto& Held) { return Held.get() == Resource; });
	return Found == Textures.end() || (*Found)->bStandInWritten;
}

void FRDGBuilder::StandInRead(FRDGTextureRef Texture) const
{
	check(Kept->Has(Texture));
	if (!Kept->HoldsSomething(Texture))
	{
		StandIn::AddFault(TEXT("read before anything was drawn to it: a copy's source"));
	}
}

bool FRDGBuilder::StandInValidate(const void* Parameters, const FRenderTargetBindingSlots& Targets) const
{
	const auto Found = Kept->Bound.find(Parameters);
	if (Found == Kept->Bound.end())
	{
		StandIn::AddFault(TEXT("parameters of another graph"));
		return false;
	}
	bool bValid = true;
	auto Check = [&](const TCHAR* Name, const void* Resource)
	{
		// Compared only: a resource of a graph that is over is gone.
		if (!Kept->Has(Resource))
		{
			StandIn::AddFault(FString(Resource == nullptr ? TEXT("nothing is bound to ") : TEXT("not of this graph: ")) + Name);
			bValid = false;
		}
		else if (!Kept->HoldsSomething(Resource))
		{
			StandIn::AddFault(FString(TEXT("read before anything was drawn to it: ")) + Name);
			bValid = false;
		}
	};
	for (const StandIn::FBound& Bound : Found->second)
	{
		Check(Bound.Name, *Bound.Place);
	}
	for (uint32 Target = 0; Target < 8 && Targets[Target].GetTexture() != nullptr; ++Target)
	{
		if (!Kept->Has(Targets[Target].GetTexture()))
		{
			StandIn::AddFault(TEXT("not of this graph: RenderTargets"));
			return false;
		}
		if (Targets[Target].GetLoadAction() == ERenderTargetLoadAction::ELoad && !Kept->HoldsSomething(Targets[Target].GetTexture()))
		{
			StandIn::AddFault(TEXT("loaded before anything was drawn to it: RenderTargets"));
			bValid = false;
		}
		for (const StandIn::FBound& Bound : Found->second)
		{
			if (*Bound.Place == Targets[Target].GetTexture())
			{
				StandIn::AddFault(FString(TEXT("read and written in one pass: ")) + Bound.Name);
				bValid = false;
			}
		}
	}
	for (uint32 Target = 0; bValid && Target < 8 && Targets[Target].GetTexture() != nullptr; ++Target)
	{
		Targets[Target].GetTexture()->bStandInWritten = true;
	}
	return bValid;
}

FRDGBufferRef CreateStructuredBuffer(
	FRDGBuilder& GraphBuilder, const TCHAR*, uint32 BytesPerElement, uint32 NumElements, const void* InitialData, uint64 InitialDataSize)
{
	check(InitialDataSize == static_cast<uint64>(BytesPerElement) * NumElements);
	auto Pooled = std::make_shared<FRDGPooledBuffer>();
	Pooled->StandInStride = BytesPerElement;
	Pooled->StandInBytes.assign(static_cast<const uint8*>(InitialData), static_cast<const uint8*>(InitialData) + InitialDataSize);
	return GraphBuilder.RegisterExternalBuffer(TRefCountPtr<FRDGPooledBuffer>(Pooled));
}

void FRDGBuilder::Execute()
{
	check(StandIn::IsInRenderThread());
	bExecuted = true;
	for (const auto& Texture : Kept->Textures)
	{
		// The pool is the render thread's; what the passes read lives on with them.
		Texture->StandInPooled.SafeRelease();
	}
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
	GraphBuilder.StandInRead(SourceTexture);
	GraphBuilder.StandInAddPass([Staging = Readback->StandInBegin(SourceTexture->Desc.Extent), SourceTexture]
	{
		FRHIGPUTextureReadback::StandInFinish(*Staging, *SourceTexture->StandInRHI);
	});
}

void AddClearRenderTargetPass(FRDGBuilder& GraphBuilder, FRDGTextureRef Texture, const FLinearColor& ClearColor)
{
	Texture->bStandInWritten = true;
	GraphBuilder.StandInAddPass([Texture, ClearColor]
	{
		StandIn::FPixel Pixel;
		Pixel.V[0] = ClearColor.R;
		Pixel.V[1] = ClearColor.G;
		Pixel.V[2] = ClearColor.B;
		Pixel.V[3] = ClearColor.A;
		const FIntPoint Size = Texture->Desc.Extent;
		for (int32 Index = 0; Index < Size.X * Size.Y; ++Index)
		{
			Texture->StandInRHI->StandInStore(Index % Size.X, Index / Size.X, Pixel);
		}
	});
}

FGlobalShaderMap* GetGlobalShaderMap(ERHIFeatureLevel FeatureLevel)
{
	static FGlobalShaderMap Maps[] = {{ERHIFeatureLevel::ES3_1}, {ERHIFeatureLevel::SM5}, {ERHIFeatureLevel::SM6}};
	return &Maps[static_cast<int32>(FeatureLevel)];
}

namespace StandIn
{
	std::vector<FBound>*& GetCollector()
	{
		static thread_local std::vector<FBound>* Collector = nullptr;
		return Collector;
	}

	static std::mutex FaultMutex;
	static std::vector<std::wstring> Faults;

	void AddFault(const FString& Fault)
	{
		std::lock_guard<std::mutex> Lock(FaultMutex);
		Faults.emplace_back(*Fault);
	}

	std::vector<std::wstring> TakeFaults()
	{
		std::lock_guard<std::mutex> Lock(FaultMutex);
		return std::exchange(Faults, {});
	}

	std::map<std::wstring, FPixelShader>& GetShaders()
	{
		static std::map<std::wstring, FPixelShader> Shaders;
		return Shaders;
	}

	static FDefines RunningDefines;

	bool IsDefined(const TCHAR* Name)
	{
		return std::find(RunningDefines.begin(), RunningDefines.end(), Name) != RunningDefines.end();
	}

	void RunFullscreen(
		const FShaderSource& Source, const FDefines& Defines, const void* Parameters, const FRenderTargetBindingSlots& Targets, const FIntRect& Viewport)
	{
		RunningDefines = Defines;
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

	/** What the renderer knows of a primitive: as it was at the end of the game's tick. */
	struct FProxy
	{
		FVector At;
		double Radius;
		int32 Stencil;
	};

	static std::vector<FProxy> MakeProxies(const FRenderedView& Rendered)
	{
		std::vector<FProxy> Proxies;
		const UWorld* const World = Rendered.Family.Scene != nullptr ? Rendered.Family.Scene->GetWorld() : nullptr;
		for (const AActor* Actor : World != nullptr ? World->StandInActors : std::vector<AActor*>())
		{
			Actor->ForEachComponent<UPrimitiveComponent>(true, [&](const UPrimitiveComponent* Primitive)
			{
				if (Primitive->bRenderCustomDepth && Primitive->IsRegistered() && Primitive->ShouldRender())
				{
					Proxies.push_back({Primitive->GetComponentTransform().GetLocation(), Primitive->StandInRadius, Primitive->CustomDepthStencilValue});
				}
			});
		}
		return Proxies;
	}

	/** The custom depth pass: with a depth test of its own, without regard to the scene. Without primitives the engine has small dummies in its place. */
	static void DrawCustomDepth(FRenderedView& Rendered, const std::vector<FProxy>& Proxies)
	{
		const int32 Mode = static_cast<int32>(GetConsoleVariables()[TEXT("r.CustomDepth")]);
		const bool bDrawn = Mode > 0 && !Proxies.empty();
		const FIntPoint Size = bDrawn ? Rendered.Depth->GetDesc().Extent : FIntPoint(1, 1);
		Rendered.CustomDepth = std::make_shared<FRHITexture>(Size, PF_DepthStencil, ETextureCreateFlags::None);
		Rendered.CustomStencil = std::make_shared<FRHITexture>(Size, PF_R8, ETextureCreateFlags::None);
		const FMatrix& ToView = Rendered.View.ViewMatrices.GetViewMatrix();
		const FMatrix& ToClip = Rendered.View.ViewMatrices.GetProjectionMatrix();
		for (const FProxy& Proxy : bDrawn ? Proxies : std::vector<FProxy>())
		{
			const double World[4] = {Proxy.At.X, Proxy.At.Y, Proxy.At.Z, 1.0};
			double View[4] = {}, Clip[4] = {};
			for (int32 i = 0; i < 16; ++i)
			{
				View[i % 4] += World[i / 4] * ToView.M[i / 4][i % 4];
			}
			for (int32 i = 0; i < 16; ++i)
			{
				Clip[i % 4] += View[i / 4] * ToClip.M[i / 4][i % 4];
			}
			const double MiddleX = (Clip[0] / Clip[3] + 1.0) * 0.5 * Size.X, MiddleY = (1.0 - Clip[1] / Clip[3]) * 0.5 * Size.Y;
			const double HalfWidth = Proxy.Radius * ToClip.M[0][0] / Clip[3] * 0.5 * Size.X, HalfHeight = Proxy.Radius * ToClip.M[1][1] / Clip[3] * 0.5 * Size.Y;
			for (int32 Index = 0; Index < Size.X * Size.Y && Clip[3] > 0.0; ++Index)
			{
				const int32 X = Index % Size.X, Y = Index / Size.X;
				FPixel Depth, Stencil;
				Depth.V[0] = static_cast<float>(Clip[2] / Clip[3]);
				Stencil.V[0] = static_cast<float>(Proxy.Stencil) / 255.0f;
				const bool bCovers = std::abs(X + 0.5 - MiddleX) < HalfWidth && std::abs(Y + 0.5 - MiddleY) < HalfHeight;
				if (bCovers && Depth.V[0] > Rendered.CustomDepth->StandInLoad(X, Y).V[0])
				{
					Rendered.CustomDepth->StandInStore(X, Y, Depth);
					if (Mode == 3)
					{
						Rendered.CustomStencil->StandInStore(X, Y, Stencil);
					}
				}
			}
		}
	}

	static bool IsToneMapped(const FRenderedView& Rendered)
	{
		const ESceneCaptureSource Source = Rendered.Family.SceneCaptureSource;
		return !Rendered.View.bIsSceneCapture || Source == SCS_FinalColorLDR || Source == SCS_FinalColorHDR || Source == SCS_FinalToneCurveHDR;
	}

	static bool IsMobile(const FRenderedView& Rendered)
	{
		const UWorld* const World = Rendered.Family.Scene != nullptr ? Rendered.Family.Scene->GetWorld() : nullptr;
		return (World != nullptr ? World->GetFeatureLevel() : GMaxRHIFeatureLevel) < ERHIFeatureLevel::SM5;
	}

	static FPostProcessingInputs MakeInputs(FRDGBuilder& GraphBuilder, const FRenderedView& Rendered, TRDGUniformBuffer<FSceneTextureUniformParameters>& Textures)
	{
		FSceneTextureUniformParameters& Contents = Textures.StandInContents;
		Contents.SceneDepthTexture = GraphBuilder.StandInRegister(Rendered.Depth.GetReference());
		Contents.GBufferVelocityTexture = GraphBuilder.StandInRegister(Rendered.Velocity.GetReference());
		static const auto Dummy = std::make_shared<FRHITexture>(FIntPoint(1, 1), PF_B8G8R8A8, ETextureCreateFlags::None);
		Contents.GBufferATexture = GraphBuilder.StandInRegister(Rendered.GBufferA.IsValid() ? Rendered.GBufferA.GetReference() : Dummy.get());
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
		Linear->bStandInWritten = true;
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
		const FRDGTextureRef Mapped = ToneMapped(GraphBuilder, Rendered);
		// With a screen percentage the scene is of another size than the finished picture.
		FScreenPassTexture Color(Mapped, Rendered.ColorRect.Area() > 0 ? Rendered.ColorRect : Rendered.View.StandInViewRect);
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
		// What an extension changes from here on is seen in the next frame.
		const std::vector<FProxy> Proxies = MakeProxies(*Rendered);
		FSceneViewFamily Family = Rendered->Family;
		Family.Views.Reset();
		Family.Views.Add(&Rendered->View);
		for (const auto& Extension : Active)
		{
			Extension->BeginRenderViewFamily(Family);
		}
		EnqueueRender([Rendered, OutShown, Proxies, Active = std::move(Active)](FRHICommandListImmediate& List)
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
				DrawCustomDepth(*View, Proxies);
			}
			for (FRenderedView* View : Views)
			{
				View->View.Family = &Rendered->Family;
				Rendered->Family.Views.Add(&View->View);
			}
			FRDGBuilder GraphBuilder(List);
			std::vector<TRDGUniformBuffer<FSceneTextureUniformParameters>> Textures(Views.size());
			// The engine begins all views before it ends the first.
			for (size_t Index = 0; Index < Views.size() && IsToneMapped(*Rendered) && !IsMobile(*Rendered); ++Index)
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
