// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

MIRAGELSD_API DECLARE_LOG_CATEGORY_EXTERN(LogMirageLSD, Log, All);
