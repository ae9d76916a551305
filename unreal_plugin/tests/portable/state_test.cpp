// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include <gtest/gtest.h>

#include "connection_monitor.h"
#include "frame_pacer.h"
#include "said_once.h"
#include "sample_history.h"

namespace lsd_unreal {
namespace {

using Kind = ConnectionEvent::Kind;

StreamStatus status(lsd_client_state client, lsd_stream_state stream, double since_start_s = 0.1) {
  StreamStatus s;
  s.client = client;
  s.stream = stream;
  s.since_start_s = since_start_s;
  return s;
}

TEST(ConnectionMonitor, ConnectedAndDisconnectedAlternate) {
  ConnectionMonitor monitor("tcp://here");
  EXPECT_TRUE(monitor.update(status(LSD_CLIENT_CONNECTING, LSD_STREAM_PENDING)).empty());
  EXPECT_TRUE(monitor.update(status(LSD_CLIENT_READY, LSD_STREAM_PENDING)).empty());
  auto events = monitor.update(status(LSD_CLIENT_READY, LSD_STREAM_OPEN));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, Kind::kConnected);
  EXPECT_TRUE(monitor.update(status(LSD_CLIENT_READY, LSD_STREAM_OPEN)).empty());
  events = monitor.update(status(LSD_CLIENT_CONNECTING, LSD_STREAM_PENDING, 60.0));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, Kind::kDisconnected);
  EXPECT_NE(events[0].sentence.find("tcp://here"), std::string::npos);
}

TEST(ConnectionMonitor, AMissingDaemonIsSaidOnceAfterAMoment) {
  ConnectionMonitor monitor("tcp://here");
  EXPECT_TRUE(monitor.update(status(LSD_CLIENT_CONNECTING, LSD_STREAM_PENDING, 1.0)).empty());
  const auto events = monitor.update(status(LSD_CLIENT_CONNECTING, LSD_STREAM_PENDING, 4.0));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, Kind::kError);
  EXPECT_NE(events[0].sentence.find("mirage-lsd serve"), std::string::npos);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(monitor.update(status(LSD_CLIENT_CONNECTING, LSD_STREAM_PENDING, 5.0 + i)).empty());
  }
}

TEST(ConnectionMonitor, RefusalAndFailureUseTheDaemonsSentence) {
  ConnectionMonitor monitor("tcp://here");
  StreamStatus refused = status(LSD_CLIENT_REFUSED, LSD_STREAM_PENDING);
  refused.client_error = "The token is wrong.";
  auto events = monitor.update(refused);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].sentence, "The token is wrong.");
  EXPECT_TRUE(monitor.update(refused).empty());
  StreamStatus failed = status(LSD_CLIENT_READY, LSD_STREAM_FAILED);
  failed.stream_error = "No such model.";
  events = monitor.update(failed);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].sentence, "No such model.");
}

TEST(ConnectionMonitor, AnErrorOfAnOpenStreamIsReportedAndItStaysConnected) {
  ConnectionMonitor monitor("tcp://here");
  monitor.update(status(LSD_CLIENT_READY, LSD_STREAM_OPEN));
  StreamStatus bad = status(LSD_CLIENT_READY, LSD_STREAM_OPEN);
  bad.stream_error = "There is no scene named moon.";
  EXPECT_EQ(monitor.update(bad).size(), 1u);
  EXPECT_TRUE(monitor.update(bad).empty());
  EXPECT_TRUE(monitor.connected());
}

TEST(ConnectionMonitor, AReconnectMayReportAgain) {
  ConnectionMonitor monitor("tcp://here");
  StreamStatus failed = status(LSD_CLIENT_READY, LSD_STREAM_FAILED);
  failed.stream_error = "No such model.";
  EXPECT_EQ(monitor.update(failed).size(), 1u);
  EXPECT_EQ(monitor.update(status(LSD_CLIENT_READY, LSD_STREAM_OPEN)).size(), 1u);
  EXPECT_EQ(monitor.update(failed).size(), 2u);  // disconnected, and why
}

TEST(FramePacer, KeepsTheRhythm) {
  FramePacer pacer;
  pacer.set_fps(24.0);
  int sent = 0;
  for (int64_t frame = 0; frame < 600; ++frame) sent += pacer.due(1'000'000'000 + frame * 1'000'000'000 / 60);
  EXPECT_NEAR(sent, 240, 2);
}

TEST(FramePacer, DoesNotBurstAfterAPause) {
  FramePacer pacer;
  pacer.set_fps(10.0);
  EXPECT_TRUE(pacer.due(1'000'000'000));
  EXPECT_TRUE(pacer.due(9'000'000'000));
  EXPECT_FALSE(pacer.due(9'050'000'000));
  EXPECT_TRUE(pacer.due(9'100'000'000));
}

TEST(FramePacer, WithoutAPaceSendsAll) {
  FramePacer pacer;
  pacer.set_fps(0.0);
  EXPECT_TRUE(pacer.due(0));
  EXPECT_TRUE(pacer.due(0));
}

TEST(SampleHistory, KeepsTheNewest) {
  SampleHistory<4> history;
  EXPECT_EQ(history.max(), 0.0f);
  for (int i = 1; i <= 6; ++i) history.add(static_cast<float>(i));
  ASSERT_EQ(history.count(), 4);
  EXPECT_EQ(history[0], 3.0f);
  EXPECT_EQ(history[3], 6.0f);
  EXPECT_EQ(history.max(), 6.0f);
}

TEST(SaidOnce, IsBounded) {
  SaidOnce said;
  EXPECT_TRUE(said.first_time("a"));
  EXPECT_FALSE(said.first_time("a"));
  for (int i = 0; i < 1000; ++i) said.first_time(std::to_string(i));
  EXPECT_FALSE(said.first_time("one more"));
  said.forget();
  EXPECT_TRUE(said.first_time("a"));
}

}  // namespace
}  // namespace lsd_unreal
