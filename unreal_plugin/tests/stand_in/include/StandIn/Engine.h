// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// Textures, actors, components.
#include "Misc/EngineVersionComparison.h"
#include "StandIn/Object.h"
#include "StandIn/RHI.h"

// TextureRHI, GetResource(), GameThread_GetRenderTargetResource(): rdeioris/CompushadyUnreal, CompushadyFunctionLibrary.cpp.
class FTextureResource
{
public:
	virtual ~FTextureResource() = default;
	FTextureRHIRef TextureRHI;
};
// GetDisplayGamma: public view code of 4.x to 5.6 (OpenColorIO, nDisplay). A viewport's is 2.2.
class FRenderTarget
{
public:
	virtual ~FRenderTarget() = default;
	virtual float GetDisplayGamma() const { return 2.2f; }
	// GetSceneHDREnabled: public view code of 4.2x to 5.7. What a viewport has while the display is switched to HDR.
	virtual bool GetSceneHDREnabled() const { return false; }
};
class FTextureRenderTargetResource : public FTextureResource, public FRenderTarget
{
public:
	explicit FTextureRenderTargetResource(float InGamma) : Gamma(InGamma) {}
	float GetDisplayGamma() const override { return Gamma; }

private:
	const float Gamma;
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
	/** 0: by the format. Floats, and anything with bForceLinearGamma, which a new one has: 1. */
	float TargetGamma = 0.0f;
	bool bForceLinearGamma = true;
	float GetDisplayGamma() const
	{
		return TargetGamma > 0.001f ? TargetGamma : GetFormat() == PF_FloatRGBA || (bForceLinearGamma && RenderTargetFormat != RTF_RGBA8_SRGB) ? 1.0f : 2.2f;
	}
	EPixelFormat GetFormat() const;
	void InitAutoFormat(uint32 InSizeX, uint32 InSizeY);
	FTextureRenderTargetResource* GameThread_GetRenderTargetResource() { return static_cast<FTextureRenderTargetResource*>(Resource); }

protected:
	FIntPoint StandInSize() const override { return FIntPoint(SizeX, SizeY); }
	EPixelFormat StandInFormat() const override { return GetFormat(); }
	FTextureResource* StandInMakeResource() override { return new FTextureRenderTargetResource(GetDisplayGamma()); }
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

enum ESceneCaptureSource : int
{
	SCS_SceneColorHDR,
	SCS_SceneColorHDRNoAlpha,
	SCS_FinalColorLDR,
	SCS_SceneColorSceneDepth,
	SCS_SceneDepth,
	SCS_DeviceDepth,
	SCS_Normal,
	SCS_BaseColor,
	SCS_FinalColorHDR,
	SCS_FinalToneCurveHDR
};

class UWorld;
class FSceneInterface
{
public:
	UWorld* GetWorld() const { return StandInWorld; }
	UWorld* StandInWorld = nullptr;
};
class AActor;
enum ENetMode
{
	NM_Standalone,
	NM_DedicatedServer,
	NM_ListenServer,
	NM_Client
};
class UWorld : public UObject
{
	STAND_IN_CLASS(World, UObject)
	UWorld() { StandInScene.StandInWorld = this; }
	UWorld* GetWorld() const override { return const_cast<UWorld*>(this); }
	FSceneInterface StandInScene;
	FSceneInterface* Scene = &StandInScene;
	// GetNetMode, GetFeatureLevel: public games and plugins of 5.x. The feature level is the process's, or a lower one that the editor previews.
	ENetMode GetNetMode() const { return StandInNetMode; }
	ERHIFeatureLevel GetFeatureLevel() const { return std::min(StandInFeatureLevel, GMaxRHIFeatureLevel); }
	ENetMode StandInNetMode = NM_Standalone;
	ERHIFeatureLevel StandInFeatureLevel = ERHIFeatureLevel::SM6;
	std::vector<AActor*> StandInActors;
};
namespace EWorldType
{
	enum Type
	{
		None,
		Game,
		Editor,
		PIE
	};
}
struct FWorldContext
{
	EWorldType::Type WorldType = EWorldType::None;
	UWorld* World() const { return StandInWorld; }
	UWorld* StandInWorld = nullptr;
};
class UEngineCustomTimeStep : public UObject
{
	STAND_IN_CLASS(EngineCustomTimeStep, UObject)
};
class UEngine : public UObject
{
	STAND_IN_CLASS(Engine, UObject)
	UEngineCustomTimeStep* GetCustomTimeStep() const { return StandInTimeStep; }
	UEngineCustomTimeStep* StandInTimeStep = nullptr;
	const std::vector<FWorldContext>& GetWorldContexts() const { return StandInWorlds; }
	bool IsStereoscopic3D() const { return bStandInStereo; }
	std::vector<FWorldContext> StandInWorlds;
	bool bStandInStereo = false;
};
extern UEngine* GEngine;

class UActorComponent : public UObject
{
	STAND_IN_CLASS(ActorComponent, UObject)
	FActorComponentTickFunction PrimaryComponentTick;
	AActor* GetOwner() const { return StandInOwner; }
	UWorld* GetWorld() const override;
	virtual void OnRegister() {}
	virtual void OnUnregister() {}
	bool IsRegistered() const { return bStandInRegistered; }
	void RegisterComponent()
	{
		bStandInRegistered = true;
		OnRegister();
	}
	void UnregisterComponent()
	{
		bStandInRegistered = false;
		OnUnregister();
	}
	bool bStandInRegistered = false;
	virtual void BeginPlay() {}
	virtual void EndPlay(const EEndPlayReason::Type) {}
	virtual void TickComponent(float, ELevelTick, FActorComponentTickFunction*) {}
	AActor* StandInOwner = nullptr;
};
namespace EComponentMobility
{
	enum Type
	{
		Static,
		Stationary,
		Movable
	};
}
class USceneComponent : public UActorComponent
{
	STAND_IN_CLASS(SceneComponent, UActorComponent)
	TEnumAsByte<EComponentMobility::Type> Mobility = EComponentMobility::Movable;
	const FTransform& GetComponentTransform() const { return StandInTransform; }
	FTransform StandInTransform;
};
// bRenderCustomDepth, CustomDepthStencilValue and their setters: games of 4.x to 5.x that outline actors.
class UPrimitiveComponent : public USceneComponent
{
	STAND_IN_CLASS(PrimitiveComponent, USceneComponent)
	uint8 bRenderCustomDepth : 1 = 0;
	int32 CustomDepthStencilValue = 0;
	void SetRenderCustomDepth(bool bValue) { bRenderCustomDepth = bValue; }
	void SetCustomDepthStencilValue(int32 Value) { CustomDepthStencilValue = FMath::Clamp(Value, 0, 255); }
	// ShouldRender: of scene components since 4.x; false where the owner or the component is hidden.
	bool ShouldRender() const { return bStandInVisible; }
	bool bStandInVisible = true;
	/** Seen as a square that faces the camera, centimetres from its middle to its sides. */
	double StandInRadius = 50.0;
};
class USceneCaptureComponent2D : public USceneComponent
{
	STAND_IN_CLASS(SceneCaptureComponent2D, USceneComponent)
	TObjectPtr<UTextureRenderTarget2D> TextureTarget;
	TEnumAsByte<ESceneCaptureSource> CaptureSource = SCS_SceneColorHDR;
#if STAND_IN_ENGINE_MINOR >= 6
	bool bRenderInMainRenderer = false;
#endif
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
	// ForEachComponent<T>(bIncludeFromChildActors, Function): public games of 4.24 to 5.x.
	template <typename T, typename Function>
	void ForEachComponent(bool bIncludeFromChildActors, Function Call) const
	{
		for (const AActor* Child : bIncludeFromChildActors ? StandInChildren : std::vector<AActor*>())
		{
			Child->ForEachComponent<T>(true, Call);
		}
		for (UActorComponent* Component : StandInComponents)
		{
			if (T* Found = Cast<T>(Component))
			{
				Call(Found);
			}
		}
	}
	FVector GetActorForwardVector() const { return StandInForward; }
	USceneComponent* GetRootComponent() const { return StandInRoot; }
	UWorld* GetWorld() const override { return StandInWorld; }
	bool ActorHasTag(FName Tag) const { return Tags.Contains(Tag); }
	TArray<FName> Tags;
	FVector StandInForward = FVector(1, 0, 0);
	USceneComponent* StandInRoot = nullptr;
	UWorld* StandInWorld = nullptr;
	std::vector<UActorComponent*> StandInComponents;
	/** Of child actor components. */
	std::vector<AActor*> StandInChildren;
};
inline UWorld* UActorComponent::GetWorld() const
{
	return StandInOwner != nullptr ? StandInOwner->GetWorld() : nullptr;
}
class ADirectionalLight : public AActor
{
	STAND_IN_CLASS(DirectionalLight, AActor)
};
class UDataAsset : public UObject
{
	STAND_IN_CLASS(DataAsset, UObject)
};
