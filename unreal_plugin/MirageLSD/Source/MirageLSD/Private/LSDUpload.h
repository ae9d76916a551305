// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "RHI.h"
#include "RHICommandList.h"
#include "Templates/SharedPointer.h"

#include "lsd/lsd.h"
#include "upload_ring.h"

/** Writes results into a texture. Render thread. */
class FLSDUpload
{
public:
	FLSDUpload();

	/** False, and a sentence, if the texture can't take the picture; an empty sentence if it only has to wait for the next. */
	bool Write_RenderThread(FRHICommandListImmediate& RHICmdList, FRHITexture* Texture, const lsd_result& Result, FString& OutProblem);

private:
	using FRing = lsd_unreal::UploadRing<3>;

	/** Shared with the commands that read from it, so that it lives as long as the last of them. */
	TSharedRef<FRing, ESPMode::ThreadSafe> Ring;
};
