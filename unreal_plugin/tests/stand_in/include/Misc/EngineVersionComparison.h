// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// UE_VERSION_OLDER_THAN(Major, Minor, Patch): A57R4L/TonemapOverride, TonemapOverrideSceneViewExtension.h.
#ifndef STAND_IN_ENGINE_MINOR
#error "Say which engine version the stand-in stands in for: -DSTAND_IN_ENGINE_MINOR=3 and up"
#endif
#define ENGINE_MAJOR_VERSION 5
#define ENGINE_MINOR_VERSION STAND_IN_ENGINE_MINOR
#define UE_VERSION_OLDER_THAN(Major, Minor, Patch) \
	(ENGINE_MAJOR_VERSION < (Major) || (ENGINE_MAJOR_VERSION == (Major) && ENGINE_MINOR_VERSION < (Minor)))
