// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDCapturePass.h"

#include "LSDShaders.h"
#include "PixelShaderUtils.h"
#include "RHIStaticStates.h"
#include "RenderGraphBuilder.h"
#include "RenderGraphUtils.h"

IMPLEMENT_GLOBAL_SHADER(FLSDCaptureGeometryPS, "/Plugin/MirageLSD/Private/LSDCaptureGeometry.usf", "MainPS", SF_Pixel);
IMPLEMENT_GLOBAL_SHADER(FLSDCaptureIdsPS, "/Plugin/MirageLSD/Private/LSDCaptureIds.usf", "MainPS", SF_Pixel);
IMPLEMENT_GLOBAL_SHADER(FLSDCopyPS, "/Plugin/MirageLSD/Private/LSDCopy.usf", "MainPS", SF_Pixel);

namespace LSDCapturePass
{
	static FVector2f ToFloat(FIntPoint Point)
	{
		return FVector2f(static_cast<float>(Point.X), static_cast<float>(Point.Y));
	}

	static FRDGTextureRef CreateTarget(FRDGBuilder& GraphBuilder, FIntPoint Size, EPixelFormat Format, const TCHAR* Name)
	{
		const FRDGTextureDesc Desc = FRDGTextureDesc::Create2D(
			Size, Format, FClearValueBinding::None, ETextureCreateFlags::RenderTargetable | ETextureCreateFlags::ShaderResource);
		return GraphBuilder.CreateTexture(Desc, Name);
	}

	void AddGeometry(FRDGBuilder& GraphBuilder, const FGeometryInputs& Inputs, FIntPoint Size, FRDGTextureRef& OutDepth, FRDGTextureRef& OutMotion)
	{
		OutDepth = CreateTarget(GraphBuilder, Size, PF_R32_FLOAT, TEXT("LSDDepth"));
		OutMotion = CreateTarget(GraphBuilder, Size, PF_G16R16F, TEXT("LSDMotion"));

		FLSDCaptureGeometryPS::FParameters* const Parameters = GraphBuilder.AllocParameters<FLSDCaptureGeometryPS::FParameters>();
		Parameters->DepthTexture = Inputs.SceneDepth;
		Parameters->VelocityTexture = Inputs.Velocity;
		Parameters->SourceMin = ToFloat(Inputs.ViewRect.Min);
		Parameters->SourceSize = ToFloat(Inputs.ViewRect.Size());
		Parameters->TargetSize = ToFloat(Size);
		Parameters->DepthScale = Inputs.DepthScale;
		Parameters->ClipToCapturedClip = Inputs.ClipToCapturedClip;
		Parameters->ClipToEngineClip = Inputs.ClipToEngineClip;
		Parameters->EngineFrames = Inputs.EngineFrames;
		Parameters->RenderTargets[0] = FRenderTargetBinding(OutDepth, ERenderTargetLoadAction::ENoAction);
		Parameters->RenderTargets[1] = FRenderTargetBinding(OutMotion, ERenderTargetLoadAction::ENoAction);

		FGlobalShaderMap* const ShaderMap = GetGlobalShaderMap(GMaxRHIFeatureLevel);
		const TShaderMapRef<FLSDCaptureGeometryPS> PixelShader(ShaderMap);
		FPixelShaderUtils::AddFullscreenPass(
			GraphBuilder, ShaderMap, RDG_EVENT_NAME("LSDCaptureGeometry"), PixelShader, Parameters, FIntRect(0, 0, Size.X, Size.Y));
	}

	FRDGTextureRef AddIds(FRDGBuilder& GraphBuilder, const FIdsInputs& Inputs, FIntPoint Size)
	{
		const FRDGTextureRef Ids = CreateTarget(GraphBuilder, Size, PF_R8, TEXT("LSDIds"));
		if (Inputs.CustomDepth == nullptr || Inputs.CustomStencil == nullptr || Inputs.CustomDepth->Desc.Extent != Inputs.SceneDepth->Desc.Extent)
		{
			AddClearRenderTargetPass(GraphBuilder, Ids, FLinearColor(0.0f, 0.0f, 0.0f, 0.0f));
			return Ids;
		}
		FLSDCaptureIdsPS::FParameters* const Parameters = GraphBuilder.AllocParameters<FLSDCaptureIdsPS::FParameters>();
		Parameters->DepthTexture = Inputs.SceneDepth;
		Parameters->CustomDepthTexture = Inputs.CustomDepth;
		Parameters->CustomStencilTexture = Inputs.CustomStencil;
		Parameters->SourceMin = ToFloat(Inputs.ViewRect.Min);
		Parameters->SourceSize = ToFloat(Inputs.ViewRect.Size());
		Parameters->TargetSize = ToFloat(Size);
		Parameters->DepthScale = Inputs.DepthScale;
		for (int32 Half = 0; Half < 2; ++Half)
		{
			const uint32* const Words = Inputs.KnownSlots + 4 * Half;
			Parameters->KnownSlots[Half] = FUintVector4(Words[0], Words[1], Words[2], Words[3]);
		}
		Parameters->RenderTargets[0] = FRenderTargetBinding(Ids, ERenderTargetLoadAction::ENoAction);

		FGlobalShaderMap* const ShaderMap = GetGlobalShaderMap(GMaxRHIFeatureLevel);
		const TShaderMapRef<FLSDCaptureIdsPS> PixelShader(ShaderMap);
		FPixelShaderUtils::AddFullscreenPass(
			GraphBuilder, ShaderMap, RDG_EVENT_NAME("LSDCaptureIds"), PixelShader, Parameters, FIntRect(0, 0, Size.X, Size.Y));
		return Ids;
	}

	FRDGTextureRef AddColor(FRDGBuilder& GraphBuilder, const FScreenPassTexture& Source, FIntPoint Size, bool bLinear)
	{
		const FRDGTextureRef Color = CreateTarget(GraphBuilder, Size, PF_B8G8R8A8, TEXT("LSDColor"));
		const FScreenPassRenderTarget Target(Color, FIntRect(0, 0, Size.X, Size.Y), ERenderTargetLoadAction::ENoAction);
		AddCopy(GraphBuilder, Source, Target, bLinear ? EEncode::SRGB : EEncode::None);
		return Color;
	}

	void AddCopy(FRDGBuilder& GraphBuilder, const FScreenPassTexture& Source, const FScreenPassRenderTarget& Target, EEncode Encode)
	{
		FLSDCopyPS::FParameters* const Parameters = GraphBuilder.AllocParameters<FLSDCopyPS::FParameters>();
		Parameters->SourceTexture = Source.Texture;
		Parameters->SourceSampler = TStaticSamplerState<SF_Bilinear, AM_Clamp, AM_Clamp, AM_Clamp>::GetRHI();
		Parameters->SourceMin = ToFloat(Source.ViewRect.Min);
		Parameters->SourceSize = ToFloat(Source.ViewRect.Size());
		Parameters->SourceExtent = ToFloat(Source.Texture->Desc.Extent);
		Parameters->TargetMin = ToFloat(Target.ViewRect.Min);
		Parameters->TargetSize = ToFloat(Target.ViewRect.Size());
		Parameters->bEncodeSRGB = Encode == EEncode::SRGB ? 1 : 0;
		Parameters->RenderTargets[0] = Target.GetRenderTargetBinding();

		FGlobalShaderMap* const ShaderMap = GetGlobalShaderMap(GMaxRHIFeatureLevel);
		const TShaderMapRef<FLSDCopyPS> PixelShader(ShaderMap);
		FPixelShaderUtils::AddFullscreenPass(GraphBuilder, ShaderMap, RDG_EVENT_NAME("LSDCopy"), PixelShader, Parameters, Target.ViewRect);
	}
}
