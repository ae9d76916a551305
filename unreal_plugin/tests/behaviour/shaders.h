// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

/** Registers the C++ form of the plugin's shaders with the stand-in. The arithmetic is LSDConventions.ush itself; the
 * frame around it repeats the .usf files. */
void RegisterShaders();
