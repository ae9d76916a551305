// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include <gtest/gtest.h>

#include "StandIn/RHI.h"
#include "shaders.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  RegisterShaders();
  StandIn::StartThreads();
  const int result = RUN_ALL_TESTS();
  StandIn::StopThreads();
  return result;
}
