// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "daemon_arguments.h"

#include <gtest/gtest.h>

namespace lsd_unreal {
namespace {

TEST(DaemonArguments, QuoteWhatTheyPass) {
  std::string error;
  EXPECT_EQ(
      daemon_arguments({"tcp://127.0.0.1:5757", "C:\\my models\\a.safetensors", "word", false}, error),
      "serve --bind \"tcp://127.0.0.1:5757\" --model \"C:\\my models\\a.safetensors\" --token \"word\" --device cpu");
  EXPECT_EQ(daemon_arguments({"tcp://localhost:1", "m", "", true}, error),
            "serve --bind \"tcp://localhost:1\" --model \"m\" --device auto");
  EXPECT_EQ(error, "");
}

TEST(DaemonArguments, RefuseOtherMachinesAndWhatBreaksQuotes) {
  std::string error;
  EXPECT_EQ(daemon_arguments({"tcp://10.1.2.3:5757", "m", "", true}, error), "");
  EXPECT_NE(error.find("10.1.2.3"), std::string::npos);
  EXPECT_EQ(daemon_arguments({"tcp://127.0.0.1:1", "m\"x", "", true}, error), "");
  EXPECT_EQ(daemon_arguments({"tcp://127.0.0.1:1", "folder\\", "", true}, error), "");
  EXPECT_EQ(daemon_arguments({"tcp://127.0.0.1:1", "m", "a\" --bind \"tcp://0.0.0.0:1", true}, error), "");
}

}  // namespace
}  // namespace lsd_unreal
