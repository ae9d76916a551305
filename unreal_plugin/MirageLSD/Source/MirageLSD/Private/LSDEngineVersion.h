// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "Misc/EngineVersionComparison.h"

// The few places where the engine's interface changed between 5.3 and the newest version. Nothing else asks for the version.

/** 5.4: a post-processing input is a slice of a texture array. */
#define LSD_INPUTS_ARE_SLICES (!UE_VERSION_OLDER_THAN(5, 4, 0))

/** 5.5: a view extension is told the view when it may subscribe to a post-processing pass. */
#define LSD_SUBSCRIBE_HAS_VIEW (!UE_VERSION_OLDER_THAN(5, 5, 0))

/** 5.6: a scene capture may be rendered as a part of the main view, which view extensions do not see. */
#define LSD_CAPTURES_IN_MAIN_RENDERER (!UE_VERSION_OLDER_THAN(5, 6, 0))
