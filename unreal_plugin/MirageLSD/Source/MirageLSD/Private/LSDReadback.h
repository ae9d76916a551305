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
	/** What the numbers in the plane ids are. */
	TArray<lsd_slot> Slots;
	bool bHasCamera = false;
	bool bHasSun = false;
	bool bReset = false;
	/** Rises from captured frame to captured frame. */
	int64 Capture = 0;
};

/** A captured frame and the number that it went out under; 0: none has gone. */
struct FLSDSubmitted
{
	int64 Capture = 0;
	int64 Sequence = 0;
};

/** The textures of one frame, of the capture's size. All but the color may be null. */
struct FLSDCapturedTextures
{
	FRDGTextureRef Color = nullptr;
	FRDGTextureRef Depth = nullptr;
	FRDGTextureRef Motion = nullptr;
	FRDGTextureRef Ids = nullptr;
};

/** Brings captured frames from the GPU without ever waiting: a few in flight, polled, dropped when late. Render thread. */
class FLSDReadback
{
public:
	FLSDReadback();

	/** False, and counted, when all buffers are with the GPU. */
	bool Enqueue_RenderThread(FRDGBuilder& GraphBuilder, const FLSDCapturedTextures& Textures, const FLSDFrameCamera& Camera);

	/** Gives the newest frame that has arrived to the native core, which copies it. bFlushed: the graphs that asked for copies have been run, on every
	 * thread, and a frame may have taken as long as it wants. */
	FLSDSubmitted Poll_RenderThread(FLSDNativeStream& Stream, bool bFlushed);

	/** A frame is with the GPU, or was submitted after the one that LastResult came of. */
	bool IsUnderWay(int64 LastResult) const { return Slots.in_flight() > 0 || LastSubmitted > LastResult; }

	int64 GetDropped() const { return Slots.dropped(); }

private:
	static constexpr int32 SlotCount = 3;
	static constexpr int64 MaxAgeNs = 500'000'000;

	struct FSlot
	{
		TUniquePtr<FRHIGPUTextureReadback> Color;
		TUniquePtr<FRHIGPUTextureReadback> Depth;
		TUniquePtr<FRHIGPUTextureReadback> Motion;
		TUniquePtr<FRHIGPUTextureReadback> Ids;
		FLSDFrameCamera Camera;
		bool bDepth = false;
		bool bMotion = false;
		bool bIds = false;
		/** The render thread's frame that asked for the copy. */
		uint32 Frame = 0;
	};

	bool IsReady(const FSlot& Slot, bool bFlushed) const;
	/** Returns the frame's number, 0: it could not be sent. */
	int64 Submit(FLSDNativeStream& Stream, FSlot& Slot, int64 CapturedNs);

	lsd_unreal::FrameSlots<SlotCount> Slots;
	FSlot Buffers[SlotCount];
	/** When the camera cut that the daemon was not told of yet was captured; 0: none. */
	int64 CutAtNs = 0;
	int64 LastSubmitted = 0;
};
