// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// Textures, actors, components.
#include "StandIn/Object.h"
#include "StandIn/RHI.h"

// TextureRHI, GetResource(), GameThread_GetRenderTargetResource(): rdeioris/CompushadyUnreal, CompushadyFunctionLibrary.cpp.
class FTextureResource
{
public:
	virtual ~FTextureResource() = default;
	FTextureRHIRef TextureRHI;
};
class FRenderTarget
{
public:
	virtual ~FRenderTarget() = default;
};
class FTextureRenderTargetResource : public FTextureResource, public FRenderTarget
{
};

class UTexture : public UObject
{
	STAND_IN_CLASS(Texture, UObject)
	~UTexture() override;
	FTextureResource* GetResource() { return Resource; }
	void UpdateResource();
	uint8 SRGB : 1 = 0;

	/** The CPU's copy of the GPU's texture, once nothing is on its way any more. */
	std::shared_ptr<FRHITexture> StandInTexture() const;

protected:
	virtual FIntPoint StandInSize() const { return FIntPoint(); }
	virtual EPixelFormat StandInFormat() const { return PF_Unknown; }
	virtual FTextureResource* StandInMakeResource() { return new FTextureResource(); }
	FTextureResource* Resource = nullptr;
};

class UTexture2D : public UTexture
{
	STAND_IN_CLASS(Texture2D, UTexture)
	// CreateTransient(SizeX, SizeY, Format): CesiumGS/cesium-unreal, CesiumTextureUtility.cpp.
	static UTexture2D* CreateTransient(int32 InSizeX, int32 InSizeY, EPixelFormat InFormat = PF_B8G8R8A8);
	int32 GetSizeX() const { return Size.X; }
	int32 GetSizeY() const { return Size.Y; }
	EPixelFormat GetPixelFormat() const { return Format; }

protected:
	FIntPoint StandInSize() const override { return Size; }
	EPixelFormat StandInFormat() const override { return Format; }

private:
	FIntPoint Size;
	EPixelFormat Format = PF_Unknown;
};

enum ETextureRenderTargetFormat : int
{
	RTF_R32f,
	RTF_RGBA8,
	RTF_RGBA8_SRGB,
	RTF_RGBA16f
};

class UTextureRenderTarget2D : public UTexture
{
	STAND_IN_CLASS(TextureRenderTarget2D, UTexture)
	int32 SizeX = 0;
	int32 SizeY = 0;
	ETextureRenderTargetFormat RenderTargetFormat = RTF_RGBA16f;
	EPixelFormat GetFormat() const;
	void InitAutoFormat(uint32 InSizeX, uint32 InSizeY);
	FTextureRenderTargetResource* GameThread_GetRenderTargetResource() { return static_cast<FTextureRenderTargetResource*>(Resource); }

protected:
	FIntPoint StandInSize() const override { return FIntPoint(SizeX, SizeY); }
	EPixelFormat StandInFormat() const override { return GetFormat(); }
	FTextureResource* StandInMakeResource() override { return new FTextureRenderTargetResource(); }
};

namespace EEndPlayReason
{
	enum Type : int
	{
		Destroyed,
		LevelTransition,
		EndPlayInEditor
	};
}
enum ELevelTick
{
	LEVELTICK_All
};
struct FActorComponentTickFunction
{
	bool bCanEverTick = false;
};

class AActor;
class UActorComponent : public UObject
{
	STAND_IN_CLASS(ActorComponent, UObject)
	FActorComponentTickFunction PrimaryComponentTick;
	AActor* GetOwner() const { return StandInOwner; }
	virtual void BeginPlay() {}
	virtual void EndPlay(const EEndPlayReason::Type) {}
	virtual void TickComponent(float, ELevelTick, FActorComponentTickFunction*) {}
	AActor* StandInOwner = nullptr;
};
class USceneCaptureComponent2D : public UActorComponent
{
	STAND_IN_CLASS(SceneCaptureComponent2D, UActorComponent)
	TObjectPtr<UTextureRenderTarget2D> TextureTarget;
};
class AActor : public UObject
{
	STAND_IN_CLASS(Actor, UObject)
	template <typename T>
	T* FindComponentByClass() const
	{
		for (UActorComponent* Component : StandInComponents)
		{
			if (T* Found = Cast<T>(Component))
			{
				return Found;
			}
		}
		return nullptr;
	}
	FVector GetActorForwardVector() const { return StandInForward; }
	FVector StandInForward = FVector(1, 0, 0);
	std::vector<UActorComponent*> StandInComponents;
};
class ADirectionalLight : public AActor
{
	STAND_IN_CLASS(DirectionalLight, AActor)
};
