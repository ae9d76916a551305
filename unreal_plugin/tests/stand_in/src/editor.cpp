// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "StandIn/Slate.h"

TStandInMulticast<bool> FEditorDelegates::EndPIE;
