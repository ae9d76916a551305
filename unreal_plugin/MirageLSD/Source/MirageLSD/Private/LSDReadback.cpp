// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDReadback.h"

#include "CoreGlobals.h"
#include "LSDNativeStream.h"
#include "LSDProfiling.h"
#include "RenderGraphUtils.h"

FLSDReadback::FLSDReadback()
{
	for (FSlot& Slot : Buffers)
	{
		Slot.Color = MakeUnique<FRHIGPUTextureReadback>(TEXT("LSDColorReadback"));
		Slot.Depth = MakeUnique<FRHIGPUTextureReadback>(TEXT("LSDDepthReadback"));
		Slot.Motion = MakeUnique<FRHIGPUTextureReadback>(TEXT("LSDMotionReadback"));
		Slot.Ids = MakeUnique<FRHIGPUTextureReadback>(TEXT("LSDIdsReadback"));
	}
}

bool FLSDReadback::Enqueue_RenderThread(FRDGBuilder& GraphBuilder, const FLSDCapturedTextures& Textures, const FLSDFrameCamera& Camera)
{
	const int64 NowNs = lsd_now_ns();
	if (Camera.bReset && CutAtNs == 0)
	{
		CutAtNs = NowNs;
	}
	const int32 Index = Slots.begin(NowNs);
	if (Index == Slots.kNone)
	{
		return false;
	}
	FSlot& Slot = Buffers[Index];
	Slot.Camera = Camera;
	Slot.bDepth = Textures.Depth != nullptr;
	Slot.bMotion = Textures.Motion != nullptr;
	Slot.bIds = Textures.Ids != nullptr;
	Slot.Frame = GFrameCounterRenderThread;
	AddEnqueueCopyPass(GraphBuilder, Slot.Color.Get(), Textures.Color);
	if (Slot.bDepth)
	{
		AddEnqueueCopyPass(GraphBuilder, Slot.Depth.Get(), Textures.Depth);
	}
	if (Slot.bMotion)
	{
		AddEnqueueCopyPass(GraphBuilder, Slot.Motion.Get(), Textures.Motion);
	}
	if (Slot.bIds)
	{
		AddEnqueueCopyPass(GraphBuilder, Slot.Ids.Get(), Textures.Ids);
	}
	return true;
}

bool FLSDReadback::IsReady(const FSlot& Slot, bool bFlushed) const
{
	// Until the graph has run the copy, which may be on another thread, the fence is still signalled from the copy before.
	return (bFlushed || GFrameCounterRenderThread != Slot.Frame) && Slot.Color->IsReady() && (!Slot.bDepth || Slot.Depth->IsReady()) && (!Slot.bMotion || Slot.Motion->IsReady())
		&& (!Slot.bIds || Slot.Ids->IsReady());
}

FLSDSubmitted FLSDReadback::Poll_RenderThread(FLSDNativeStream& Stream, bool bFlushed)
{
	const int32 Index = Slots.take_newest(
		[this, bFlushed](int32 Slot) { return IsReady(Buffers[Slot], bFlushed); }, lsd_now_ns(), bFlushed ? INT64_MAX : MaxAgeNs);
	if (Index == Slots.kNone)
	{
		return FLSDSubmitted();
	}
	// The cut may have fallen on a frame that was dropped.
	Buffers[Index].Camera.bReset = CutAtNs != 0 && Slots.captured_ns(Index) >= CutAtNs;
	if (Buffers[Index].Camera.bReset)
	{
		CutAtNs = 0;
	}
	const int64 Sequence = Submit(Stream, Buffers[Index], Slots.captured_ns(Index));
	Slots.release(Index);
	return {Buffers[Index].Camera.Capture, Sequence};
}

int64 FLSDReadback::Submit(FLSDNativeStream& Stream, FSlot& Slot, int64 CapturedNs)
{
	SCOPE_CYCLE_COUNTER(STAT_MirageLSD_Submit);
	const FLSDStreamOptions& Options = Stream.GetOptions();
	lsd_frame Frame = {};
	Frame.size = sizeof(Frame);
	Frame.t_capture_ns = CapturedNs;
	Frame.camera = Slot.Camera.bHasCamera ? &Slot.Camera.Camera : nullptr;
	Frame.sun = Slot.Camera.bHasSun ? &Slot.Camera.Sun : nullptr;
	Frame.reset = Slot.Camera.bReset ? 1 : 0;
	if (Options.bIds)
	{
		Frame.slots = Slot.Camera.Slots.GetData();
		Frame.slot_count = Slot.Camera.Slots.Num();
	}

	struct FPlane
	{
		bool bWanted;
		bool bThere;
		FRHIGPUTextureReadback* Readback;
		int32 BytesPerPixel;
	};
	const FPlane Planes[] = {
		{true, true, Slot.Color.Get(), 4},
		{Options.bDepth, Slot.bDepth, Slot.Depth.Get(), 4},
		{Options.bMotion, Slot.bMotion, Slot.Motion.Get(), 4},
		{Options.bIds, Slot.bIds, Slot.Ids.Get(), 1},
	};
	bool bComplete = true;
	int32 Count = 0;
	FRHIGPUTextureReadback* Locked[UE_ARRAY_COUNT(Planes)] = {};
	for (const FPlane& Plane : Planes)
	{
		if (!Plane.bWanted)
		{
			continue;
		}
		// Lock says the row pitch in pixels, not in bytes.
		int32 RowPitchInPixels = 0;
		int32 BufferHeight = 0;
		const void* const Pixels = Plane.bThere ? Plane.Readback->Lock(RowPitchInPixels, &BufferHeight) : nullptr;
		if (Pixels != nullptr)
		{
			Locked[Count] = Plane.Readback;
		}
		bComplete &= Pixels != nullptr && RowPitchInPixels >= Options.Size.X && BufferHeight >= Options.Size.Y;
		Frame.planes[Count] = Pixels;
		Frame.row_pitch_bytes[Count] = RowPitchInPixels * Plane.BytesPerPixel;
		++Count;
	}
	int64_t Sequence = 0;
	if (bComplete && lsd_stream_submit(Stream.Get(), &Frame, &Sequence) == LSD_OK)
	{
		LastSubmitted = Sequence;
	}
	else
	{
		Sequence = 0;
	}
	for (FRHIGPUTextureReadback* Readback : Locked)
	{
		if (Readback != nullptr)
		{
			Readback->Unlock();
		}
	}
	return Sequence;
}
