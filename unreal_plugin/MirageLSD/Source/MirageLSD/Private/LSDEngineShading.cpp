// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDEngineShading.h"

#include "LSDNativeStream.h"
#include "PixelShaderUtils.h"
#include "RenderGraphBuilder.h"
#include "RenderGraphUtils.h"

IMPLEMENT_GLOBAL_SHADER_PARAMETER_STRUCT(FLSDWeights, "LSDWeights");
IMPLEMENT_GLOBAL_SHADER(FLSDShadePS, "/Plugin/MirageLSD/Private/LSDShadePass.usf", "MainPS", SF_Pixel);

namespace LSDEngineShading
{
	/** float4s, copied at once. */
	static FRDGBufferRef Upload(FRDGBuilder& GraphBuilder, const TCHAR* Name, const float* Numbers, int32 Vectors)
	{
		return CreateStructuredBuffer(GraphBuilder, Name, sizeof(FVector4f), static_cast<uint32>(Vectors), Numbers, sizeof(FVector4f) * static_cast<uint64>(Vectors));
	}

	/** What was kept, or, if it has changed, the new numbers, which are kept then. */
	static FRDGBufferRef Keep(
		FRDGBuilder& GraphBuilder, TRefCountPtr<FRDGPooledBuffer>& Kept, bool bChanged, const TCHAR* Name, const float* Numbers, int32 Vectors)
	{
		if (Kept.IsValid() && !bChanged)
		{
			return GraphBuilder.RegisterExternalBuffer(Kept);
		}
		const FRDGBufferRef Made = Upload(GraphBuilder, Name, Numbers, Vectors);
		Kept = GraphBuilder.ConvertToExternalBuffer(Made);
		return Made;
	}
}

bool FLSDEngineShading::TakeContext(FLSDNativeStream& Stream, FLSDFrameInfo& OutFrame, FString& OutProblem)
{
	lsd_context Newest = {};
	Newest.size = sizeof(Newest);
	if (!Stream.TryAcquireContext(Newest))
	{
		return false;
	}
	const bool bNew = Newest.is_new != 0;
	bool bTaken = false;
	if (bNew && Look.take(Newest, lsd_now_ns()) && lsd_unreal::read_context(Newest, Context))
	{
		bTaken = true;
		bContextChanged = true;
		CapturedNs = Newest.t_capture_ns;
		OutFrame.Sequence = Newest.seq;
		OutFrame.ControlSequence = Newest.control_seq;
		OutFrame.LatencyMs = static_cast<float>(static_cast<double>(Newest.t_acquire_ns - Newest.t_capture_ns) * 1e-6);
	}
	else if (bNew)
	{
		OutProblem = TEXT("The daemon's contexts are for another shader than this plugin's; update the plugin, or set Shading to Daemon.");
	}
	Stream.ReleaseContext(Newest);
	return bTaken;
}

void FLSDEngineShading::AddPass(
	FRDGBuilder& GraphBuilder, const FLSDShadeInputs& Inputs, const FScreenPassTexture& SceneColor, const FScreenPassRenderTarget& Output, bool bLinear)
{
	using namespace LSDEngineShading;
	const bool bLookChanged = Look.advance(lsd_now_ns());
	const FIntPoint Size = Output.ViewRect.Size();

	lsd_unreal::ShadeFrame Frame;
	Frame.camera = Inputs.Camera;
	Frame.width = Size.X;
	Frame.height = Size.Y;
	Frame.has_normals = Inputs.Normals != nullptr;
	Frame.has_slots = Inputs.HasSlots();
	Frame.sun = Inputs.Sun != nullptr ? Inputs.Sun->direction : nullptr;
	const auto Constants = lsd_unreal::shade_constants(Frame, Context, Look);
	const auto Slots = lsd_unreal::slot_table(Frame.has_slots ? Inputs.Slots->GetData() : nullptr, Frame.has_slots ? Inputs.Slots->Num() : 0);

	FLSDShadePS::FParameters* const Parameters = GraphBuilder.AllocParameters<FLSDShadePS::FParameters>();
	Inputs.Bind(*Parameters, SceneColor, Output, bLinear);
	// Something has to be bound; without normals it is not looked at.
	Parameters->NormalTexture = Frame.has_normals ? Inputs.Normals : Inputs.Depth;
	Parameters->ContextBuffer = GraphBuilder.CreateSRV(
		Keep(GraphBuilder, ContextBuffer, bContextChanged, TEXT("LSDContext"), Context.cells.data(), static_cast<int32>(Context.cells.size() / 4)));
	Parameters->SlotBuffer = GraphBuilder.CreateSRV(Upload(GraphBuilder, TEXT("LSDSlots"), Slots.data(), lsd_unreal::kSlotVectors));
	bContextChanged = false;
	BindWeights(GraphBuilder, Inputs.bWeightsInBuffer, bLookChanged, *Parameters);
	for (int32 Row = 0; Row < lsd_unreal::kShadeConstants; ++Row)
	{
		const float* const Numbers = Constants.data() + 4 * Row;
		Parameters->ShadeConstants[Row] = FVector4f(Numbers[0], Numbers[1], Numbers[2], Numbers[3]);
	}

	FGlobalShaderMap* const ShaderMap = GetGlobalShaderMap(GMaxRHIFeatureLevel);
	FLSDShadePS::FPermutationDomain Permutation;
	Permutation.Set<FLSDShadePS::FWeightsInBuffer>(Inputs.bWeightsInBuffer);
	const TShaderMapRef<FLSDShadePS> PixelShader(ShaderMap, Permutation);
	FPixelShaderUtils::AddFullscreenPass(GraphBuilder, ShaderMap, RDG_EVENT_NAME("LSDShade"), PixelShader, Parameters, Output.ViewRect);
}

void FLSDEngineShading::BindWeights(FRDGBuilder& GraphBuilder, bool bInBuffer, bool bChanged, FLSDShadePS::FParameters& Parameters)
{
	if (bInBuffer)
	{
		WeightConstants.SafeRelease();
		Parameters.WeightBuffer =
			GraphBuilder.CreateSRV(LSDEngineShading::Keep(GraphBuilder, WeightBuffer, bChanged, TEXT("LSDWeights"), Look.weights(), lsd_unreal::kWeightVectors));
		return;
	}
	WeightBuffer.SafeRelease();
	// Something has to be bound; the shader of this kind does not look at it.
	Parameters.WeightBuffer = Parameters.ContextBuffer;
	if (bChanged || !WeightConstants.IsValid())
	{
		// Too large for a stack.
		const TUniquePtr<FLSDWeights> Weights = MakeUnique<FLSDWeights>();
		for (int32 Row = 0; Row < lsd_unreal::kWeightVectors; ++Row)
		{
			const float* const Numbers = Look.weights() + 4 * Row;
			Weights->Rows[Row] = FVector4f(Numbers[0], Numbers[1], Numbers[2], Numbers[3]);
		}
		WeightConstants = TUniformBufferRef<FLSDWeights>::CreateUniformBufferImmediate(*Weights, UniformBuffer_MultiFrame);
	}
	Parameters.LSDWeights = WeightConstants;
}

void FLSDEngineShading::Release()
{
	*this = FLSDEngineShading();
}
