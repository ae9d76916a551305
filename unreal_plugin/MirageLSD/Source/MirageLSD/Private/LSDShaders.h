// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "DataDrivenShaderPlatformInfo.h"
#include "GlobalShader.h"
#include "RenderGraphUtils.h"
#include "ShaderParameterStruct.h"

/** Scene depth to metres and velocity to pixels, at the capture's size. Target 0: R32_FLOAT, target 1: G16R16F. */
class FLSDCaptureGeometryPS : public FGlobalShader
{
public:
	DECLARE_GLOBAL_SHADER(FLSDCaptureGeometryPS);
	SHADER_USE_PARAMETER_STRUCT(FLSDCaptureGeometryPS, FGlobalShader);

	BEGIN_SHADER_PARAMETER_STRUCT(FParameters, )
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, DepthTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, VelocityTexture)
		SHADER_PARAMETER(FVector2f, SourceMin)
		SHADER_PARAMETER(FVector2f, SourceSize)
		SHADER_PARAMETER(FVector2f, TargetSize)
		SHADER_PARAMETER(FVector2f, DepthScale)
		SHADER_PARAMETER(FMatrix44f, ClipToCapturedClip)
		SHADER_PARAMETER(FMatrix44f, ClipToEngineClip)
		SHADER_PARAMETER(float, EngineFrames)
		RENDER_TARGET_BINDING_SLOTS()
	END_SHADER_PARAMETER_STRUCT()

	static bool ShouldCompilePermutation(const FGlobalShaderPermutationParameters& Parameters)
	{
		return IsFeatureLevelSupported(Parameters.Platform, ERHIFeatureLevel::SM5);
	}
};

/** Custom stencil values of what is seen and known, at the capture's size. Target 0: R8. */
class FLSDCaptureIdsPS : public FGlobalShader
{
public:
	DECLARE_GLOBAL_SHADER(FLSDCaptureIdsPS);
	SHADER_USE_PARAMETER_STRUCT(FLSDCaptureIdsPS, FGlobalShader);

	BEGIN_SHADER_PARAMETER_STRUCT(FParameters, )
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, DepthTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, CustomDepthTexture)
		SHADER_PARAMETER_RDG_TEXTURE_SRV(Texture2D<uint2>, CustomStencilTexture)
		SHADER_PARAMETER(FVector2f, SourceMin)
		SHADER_PARAMETER(FVector2f, SourceSize)
		SHADER_PARAMETER(FVector2f, TargetSize)
		SHADER_PARAMETER(FVector2f, DepthScale)
		SHADER_PARAMETER_ARRAY(FUintVector4, KnownSlots, [2])
		RENDER_TARGET_BINDING_SLOTS()
	END_SHADER_PARAMETER_STRUCT()

	static bool ShouldCompilePermutation(const FGlobalShaderPermutationParameters& Parameters)
	{
		return IsFeatureLevelSupported(Parameters.Platform, ERHIFeatureLevel::SM5);
	}
};

/** A picture scaled to the target; linear light is encoded as sRGB where asked. */
class FLSDCopyPS : public FGlobalShader
{
public:
	DECLARE_GLOBAL_SHADER(FLSDCopyPS);
	SHADER_USE_PARAMETER_STRUCT(FLSDCopyPS, FGlobalShader);

	BEGIN_SHADER_PARAMETER_STRUCT(FParameters, )
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, SourceTexture)
		SHADER_PARAMETER_SAMPLER(SamplerState, SourceSampler)
		SHADER_PARAMETER(FVector2f, SourceMin)
		SHADER_PARAMETER(FVector2f, SourceSize)
		SHADER_PARAMETER(FVector2f, SourceExtent)
		SHADER_PARAMETER(FVector2f, TargetMin)
		SHADER_PARAMETER(FVector2f, TargetSize)
		SHADER_PARAMETER(uint32, bEncodeSRGB)
		RENDER_TARGET_BINDING_SLOTS()
	END_SHADER_PARAMETER_STRUCT()

	static bool ShouldCompilePermutation(const FGlobalShaderPermutationParameters& Parameters)
	{
		return IsFeatureLevelSupported(Parameters.Platform, ERHIFeatureLevel::SM5);
	}
};

/** LSD_WEIGHT of LSDShade.ush as constants: 28.8 KB, where every graphics interface of SM5 takes 64. */
BEGIN_GLOBAL_SHADER_PARAMETER_STRUCT(FLSDWeights, )
	SHADER_PARAMETER_ARRAY(FVector4f, Rows, [1801])
END_GLOBAL_SHADER_PARAMETER_STRUCT()

/** The painted picture, from this frame's color and depth and the newest context (LSDShade.ush). */
class FLSDShadePS : public FGlobalShader
{
public:
	DECLARE_GLOBAL_SHADER(FLSDShadePS);
	SHADER_USE_PARAMETER_STRUCT(FLSDShadePS, FGlobalShader);

	class FWeightsInBuffer : SHADER_PERMUTATION_BOOL("LSD_WEIGHTS_IN_BUFFER");
	using FPermutationDomain = TShaderPermutationDomain<FWeightsInBuffer>;

	BEGIN_SHADER_PARAMETER_STRUCT(FParameters, )
		SHADER_PARAMETER_STRUCT_REF(FLSDWeights, LSDWeights)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, ColorTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, DepthTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, NormalTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, IdsTexture)
		SHADER_PARAMETER_RDG_BUFFER_SRV(StructuredBuffer<float4>, WeightBuffer)
		SHADER_PARAMETER_RDG_BUFFER_SRV(StructuredBuffer<float4>, ContextBuffer)
		SHADER_PARAMETER_RDG_BUFFER_SRV(StructuredBuffer<float4>, SlotBuffer)
		SHADER_PARAMETER_ARRAY(FVector4f, ShadeConstants, [17])
		SHADER_PARAMETER(FVector2f, ColorMin)
		SHADER_PARAMETER(FVector2f, ColorStep)
		SHADER_PARAMETER(FVector2f, DepthMin)
		SHADER_PARAMETER(FVector2f, DepthStep)
		SHADER_PARAMETER(FVector2f, DepthSize)
		SHADER_PARAMETER(FVector2f, DepthShift)
		SHADER_PARAMETER(FVector2f, DepthScale)
		SHADER_PARAMETER(FVector2f, TargetMin)
		SHADER_PARAMETER(uint32, bLinear)
		RENDER_TARGET_BINDING_SLOTS()
	END_SHADER_PARAMETER_STRUCT()

	static bool ShouldCompilePermutation(const FGlobalShaderPermutationParameters& Parameters)
	{
		return IsFeatureLevelSupported(Parameters.Platform, ERHIFeatureLevel::SM5);
	}
};

/** The newest results, carried to this frame (LSDReproject.ush). */
class FLSDReprojectPS : public FGlobalShader
{
public:
	DECLARE_GLOBAL_SHADER(FLSDReprojectPS);
	SHADER_USE_PARAMETER_STRUCT(FLSDReprojectPS, FGlobalShader);

	BEGIN_SHADER_PARAMETER_STRUCT(FParameters, )
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, ColorTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, DepthTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, VelocityTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, IdsTexture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, KeyColor0Texture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, KeyColor1Texture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, KeyColor2Texture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, KeyColor3Texture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, KeyDepth0Texture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, KeyDepth1Texture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, KeyDepth2Texture)
		SHADER_PARAMETER_RDG_TEXTURE(Texture2D, KeyDepth3Texture)
		SHADER_PARAMETER_RDG_BUFFER_SRV(StructuredBuffer<float4>, SlotRowBuffer)
		SHADER_PARAMETER_ARRAY(FVector4f, ReprojectConstants, [23])
		SHADER_PARAMETER(FVector2f, ColorMin)
		SHADER_PARAMETER(FVector2f, ColorStep)
		SHADER_PARAMETER(FVector2f, DepthMin)
		SHADER_PARAMETER(FVector2f, DepthStep)
		SHADER_PARAMETER(FVector2f, DepthSize)
		SHADER_PARAMETER(FVector2f, DepthShift)
		SHADER_PARAMETER(FVector2f, DepthScale)
		SHADER_PARAMETER(FVector2f, TargetMin)
		SHADER_PARAMETER(FMatrix44f, ClipToKeyClip)
		SHADER_PARAMETER(FMatrix44f, ClipToEngineClip)
		SHADER_PARAMETER(float, EngineFrames)
		SHADER_PARAMETER(uint32, bLinear)
		RENDER_TARGET_BINDING_SLOTS()
	END_SHADER_PARAMETER_STRUCT()

	static bool ShouldCompilePermutation(const FGlobalShaderPermutationParameters& Parameters)
	{
		return IsFeatureLevelSupported(Parameters.Platform, ERHIFeatureLevel::SM5);
	}
};
