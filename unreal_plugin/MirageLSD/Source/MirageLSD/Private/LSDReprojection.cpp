// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDReprojection.h"

#include "LSDCapturePass.h"
#include "LSDShaders.h"
#include "PixelShaderUtils.h"
#include "RenderGraphBuilder.h"
#include "RenderGraphUtils.h"

IMPLEMENT_GLOBAL_SHADER(FLSDReprojectPS, "/Plugin/MirageLSD/Private/LSDReprojectPass.usf", "MainPS", SF_Pixel);

void FLSDReprojection::AddCaptured(
	FRDGBuilder& GraphBuilder, int64 Capture, FRDGTextureRef Depth, const FLSDCameraHistory::FCamera& Camera, const TArray<lsd_slot>& Slots, int64 Frame)
{
	if (Capture % Stride != 0)
	{
		return;
	}
	if (UnderWay.Num() >= MostUnderWay)
	{
		// More frames are under way than are kept, and any of them may be the next that comes back: every second one, from now on.
		Stride *= 2;
		UnderWay.RemoveAll([this](const FKey& Kept) { return Kept.Capture % Stride != 0; });
	}
	FKey Key;
	Key.Capture = Capture;
	Key.Frame = Frame;
	Key.Camera = Camera;
	Key.Slots = Slots;
	Key.Depth = GraphBuilder.ConvertToExternalTexture(Depth);
	UnderWay.Add(MoveTemp(Key));
}

void FLSDReprojection::AddSubmitted(int64 Capture, int64 Sequence)
{
	for (int32 Index = UnderWay.Num() - 1; Index >= 0; --Index)
	{
		FKey& Key = UnderWay[Index];
		if (Key.Capture == Capture)
		{
			Key.Sequence = Sequence;
		}
		else if (Key.Capture < Capture && Key.Sequence == 0)
		{
			UnderWay.RemoveAt(Index);
		}
	}
}

void FLSDReprojection::TakeResult(int64 Sequence)
{
	Coming = FKey();
	if (UnderWay.Num() < MostUnderWay / 4)
	{
		Stride = FMath::Max<int64>(Stride / 2, 1);
	}
	while (!UnderWay.IsEmpty() && UnderWay[0].Sequence != 0 && UnderWay[0].Sequence <= Sequence)
	{
		if (UnderWay[0].Sequence == Sequence)
		{
			Coming = MoveTemp(UnderWay[0]);
		}
		UnderWay.RemoveAt(0);
	}
}

void FLSDReprojection::KeepPicture(FRDGBuilder& GraphBuilder, const FScreenPassTexture& Picture)
{
	if (Coming.Sequence == 0)
	{
		return;
	}
	Coming.Color = GraphBuilder.ConvertToExternalTexture(LSDCapturePass::AddColor(GraphBuilder, Picture, Picture.ViewRect.Size(), true));
	if (Keys.Num() >= lsd_unreal::kReprojectKeys)
	{
		Keys.RemoveAt(Keys.Num() - 1);
	}
	Keys.Insert(MoveTemp(Coming), 0);
	Coming = FKey();
}

void FLSDReprojection::AddPass(FRDGBuilder& GraphBuilder, const FLSDShadeInputs& Inputs, const FLSDCameraHistory& History, int64 Frame,
	const FScreenPassTexture& SceneColor, const FScreenPassRenderTarget& Output, bool bLinear) const
{
	FLSDReprojectPS::FParameters* const Parameters = GraphBuilder.AllocParameters<FLSDReprojectPS::FParameters>();
	Inputs.Bind(*Parameters, SceneColor, Output, bLinear);
	Parameters->VelocityTexture = Inputs.Velocity != nullptr ? Inputs.Velocity : Inputs.Depth;

	std::vector<lsd_unreal::ReprojectKey> Then;
	FRDGTextureRef Colors[lsd_unreal::kReprojectKeys] = {};
	FRDGTextureRef Depths[lsd_unreal::kReprojectKeys] = {};
	for (int32 Index = 0; Index < lsd_unreal::kReprojectKeys; ++Index)
	{
		// Something has to be bound; what is beyond the count is not looked at.
		Colors[Index] = Index < Keys.Num() ? GraphBuilder.RegisterExternalTexture(Keys[Index].Color) : Colors[0];
		Depths[Index] = Index < Keys.Num() ? GraphBuilder.RegisterExternalTexture(Keys[Index].Depth) : Depths[0];
		if (Index < Keys.Num())
		{
			const FKey& Key = Keys[Index];
			Then.push_back({lsd_unreal::to_protocol(Key.Camera.View, Key.Camera.Projection), Key.Slots.GetData(), Key.Slots.Num()});
		}
	}
	Parameters->KeyColor0Texture = Colors[0];
	Parameters->KeyColor1Texture = Colors[1];
	Parameters->KeyColor2Texture = Colors[2];
	Parameters->KeyColor3Texture = Colors[3];
	Parameters->KeyDepth0Texture = Depths[0];
	Parameters->KeyDepth1Texture = Depths[1];
	Parameters->KeyDepth2Texture = Depths[2];
	Parameters->KeyDepth3Texture = Depths[3];

	lsd_unreal::ReprojectFrame Now;
	Now.camera = Inputs.Camera;
	Now.width = Output.ViewRect.Width();
	Now.height = Output.ViewRect.Height();
	Now.key_width = Colors[0]->Desc.Extent.X;
	Now.key_height = Colors[0]->Desc.Extent.Y;
	Now.depth_width = Depths[0]->Desc.Extent.X;
	Now.depth_height = Depths[0]->Desc.Extent.Y;
	Now.has_slots = Inputs.HasSlots() && lsd_unreal::has_transforms(Inputs.Slots->GetData(), Inputs.Slots->Num());
	Now.has_motion = Inputs.Velocity != nullptr;
	const auto Constants = lsd_unreal::reproject_constants(Now, Then);
	for (int32 Row = 0; Row < lsd_unreal::kReprojectConstants; ++Row)
	{
		const float* const Numbers = Constants.data() + 4 * Row;
		Parameters->ReprojectConstants[Row] = FVector4f(Numbers[0], Numbers[1], Numbers[2], Numbers[3]);
	}
	const std::vector<float> Rows = Now.has_slots ? lsd_unreal::reproject_slot_rows(Inputs.Slots->GetData(), Inputs.Slots->Num(), Then) : std::vector<float>(4);
	const uint64 Bytes = sizeof(float) * static_cast<uint64>(Rows.size());
	Parameters->SlotRowBuffer = GraphBuilder.CreateSRV(
		CreateStructuredBuffer(GraphBuilder, TEXT("LSDSlotRows"), sizeof(FVector4f), static_cast<uint32>(Rows.size() / 4), Rows.data(), Bytes));
	Parameters->ClipToKeyClip = History.GetClipTo(Keys[0].Camera);
	Parameters->ClipToEngineClip = History.GetClipToEngineClip();
	Parameters->EngineFrames = static_cast<float>(Frame - Keys[0].Frame);

	FGlobalShaderMap* const ShaderMap = GetGlobalShaderMap(GMaxRHIFeatureLevel);
	const TShaderMapRef<FLSDReprojectPS> PixelShader(ShaderMap);
	FPixelShaderUtils::AddFullscreenPass(GraphBuilder, ShaderMap, RDG_EVENT_NAME("LSDReproject"), PixelShader, Parameters, Output.ViewRect);
}
