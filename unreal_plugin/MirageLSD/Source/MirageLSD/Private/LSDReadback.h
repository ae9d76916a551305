// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "RHIGPUReadback.h"
#include "RenderGraphFwd.h"

#include "frame_slots.h"
#include "lsd/lsd.h"

class FLSDNativeStream;

/** What goes out with a frame's pixels. */
struct FLSDFrameCamera
{
	lsd_camera Camera = {};
	lsd_sun Sun = {};
	bool bHasCamera = false;
	bool bHasSun = false;
	bool bReset = false;
};

/** The textures of one frame, of the capture's size. Depth and motion may be null. */
struct FLSDCapturedTextures
{
	FRDGTextureRef Color = nullptr;
	FRDGTextureRef Depth = nullptr;
	FRDGTextureRef Motion = nullptr;
};

/** Brings captured frames from the GPU without ever waiting: a few in flight, polled, dropped when late. Render thread. */
class FLSDReadback
{
public:
	FLSDReadback();

	/** False, and counted, when all buffers are with the GPU. */
	bool Enqueue_RenderThread(FRDGBuilder& GraphBuilder, const FLSDCapturedTextures& Textures, const FLSDFrameCamera& Camera);

	/** Gives the newest frame that has arrived to the native core, which copies it. */
	void Poll_RenderThread(FLSDNativeStream& Stream);

	int64 GetDropped() const { return Slots.dropped(); }

private:
	static constexpr int32 SlotCount = 3;
	static constexpr int64 MaxAgeNs = 500'000'000;

	struct FSlot
	{
		TUniquePtr<FRHIGPUTextureReadback> Color;
		TUniquePtr<FRHIGPUTextureReadback> Depth;
		TUniquePtr<FRHIGPUTextureReadback> Motion;
		FLSDFrameCamera Camera;
		bool bDepth = false;
		bool bMotion = false;
		/** The render thread's frame that asked for the copy. */
		uint32 Frame = 0;
	};

	bool IsReady(const FSlot& Slot) const;
	void Submit(FLSDNativeStream& Stream, FSlot& Slot, int64 CapturedNs);

	lsd_unreal::FrameSlots<SlotCount> Slots;
	FSlot Buffers[SlotCount];
	/** When the camera cut that the daemon was not told of yet was captured; 0: none. */
	int64 CutAtNs = 0;
};
