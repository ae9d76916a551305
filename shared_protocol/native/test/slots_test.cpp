#include "slots.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <msgpack.hpp>

#include "engine.h"
#include "fake_daemon.h"

namespace lsd {
namespace {

lsd_slot slot_of(int32_t number, float strength = 1) {
  lsd_slot slot{};
  slot.slot = number;
  slot.object_class = LSD_CLASS_FOLIAGE;
  slot.flags = LSD_SLOT_HAS_STRENGTH;
  slot.strength = strength;
  return slot;
}

TEST(SentSlots, OnlyWhatChangedIsSent) {
  SentSlots sent;
  EXPECT_EQ(sent.changes({slot_of(1), slot_of(2)}).size(), 2u);
  EXPECT_TRUE(sent.changes({slot_of(1), slot_of(2)}).empty());
  const SlotTable changed = sent.changes({slot_of(1), slot_of(2, 0.5f), slot_of(3)});
  ASSERT_EQ(changed.size(), 2u);
  EXPECT_EQ(changed[0].slot, 2);
  EXPECT_EQ(changed[1].slot, 3);
  EXPECT_TRUE(sent.changes({slot_of(3)}).empty());  // what is not mentioned stays
  sent.forget();
  EXPECT_EQ(sent.changes({slot_of(3)}).size(), 1u);
}

TEST(Slots, MembersWithoutTheirFlagDoNotCount) {
  lsd_slot one = slot_of(1);
  one.world_from_object[0] = 7;
  SlotTable table;
  const char* problem = nullptr;
  ASSERT_TRUE(read_slots(&one, 1, &table, &problem));
  one.world_from_object[0] = 8;
  SlotTable other;
  ASSERT_TRUE(read_slots(&one, 1, &other, &problem));
  EXPECT_TRUE(same_slots(table, other));
}

int slots_in(const msgpack::object_handle& frame) {
  auto map = frame.get().as<std::map<std::string, msgpack::object>>();
  const auto found = map.find("slots");
  return found == map.end() ? 0 : static_cast<int>(found->second.via.array.size);
}

class SlotEngine : public Engine {
 public:
  using Engine::Engine;
  bool trip(const SlotTable& table) {
    pixels.assign(static_cast<size_t>(kWidth) * kHeight * 4, 1);
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = pixels.data();
    frame.slots = table.data();
    frame.slot_count = static_cast<int32_t>(table.size());
    return eventually([&] {
      return lsd_stream_submit(stream, &frame, nullptr) == LSD_OK &&
             eventually([&] { return acquire() == LSD_OK; }, 0.05);
    });
  }
};

TEST(Slots, TheTableGoesOutOnceAndAgainToANewDaemon) {
  auto daemon = std::make_unique<FakeDaemon>();
  const std::string endpoint = daemon->endpoint();
  SlotEngine engine(endpoint);
  const SlotTable table{slot_of(1), slot_of(255, 0)};
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(engine.trip(table));
  int sent = 0;
  for (const auto& frame : daemon->received("frame")) sent += slots_in(frame);
  EXPECT_EQ(sent, 2);
  daemon.reset();
  FakeDaemon::Options options;
  options.endpoint = endpoint;
  FakeDaemon successor(options);
  ASSERT_TRUE(engine.trip(table));
  sent = 0;
  for (const auto& frame : successor.received("frame")) sent += slots_in(frame);
  EXPECT_EQ(sent, 2);
}

TEST(Slots, AFloodLosesNone) {
  for (const lsd_transport transport : {LSD_TRANSPORT_INLINE, LSD_TRANSPORT_SHARED_MEMORY}) {
    FakeDaemon daemon;
    Engine engine(daemon.endpoint(), transport);
    ASSERT_TRUE(engine.opens());
    engine.pixels.assign(static_cast<size_t>(Engine::kWidth) * Engine::kHeight * 4, 1);
    SlotTable table;
    for (int32_t number = 1; number <= LSD_MAX_SLOTS; ++number) table.push_back(slot_of(number, 0));
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = engine.pixels.data();
    frame.slots = table.data();
    frame.slot_count = LSD_MAX_SLOTS;
    // Each slot changes in one frame only, and most of these frames are replaced before they are sent.
    for (lsd_slot& slot : table) {
      slot.strength = static_cast<float>(slot.slot) / LSD_MAX_SLOTS;
      ASSERT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_OK);
    }
    // Frames go on: the flood's last ones may have found the socket full, and were dropped with what they said.
    EXPECT_TRUE(eventually([&] {
      EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_OK);
      std::map<int, float> known;
      for (const auto& each : daemon.received("frame")) {
        auto keys = each.get().as<std::map<std::string, msgpack::object>>();
        if (keys.find("slots") == keys.end()) continue;
        for (const auto& entry : keys["slots"].as<std::vector<msgpack::object>>()) {
          auto slot = entry.as<std::map<std::string, msgpack::object>>();
          known[slot["slot"].as<int>()] = slot["strength"].as<float>();
        }
      }
      return known.size() == table.size() && std::all_of(table.begin(), table.end(), [&](const lsd_slot& slot) {
               return known[slot.slot] == slot.strength;
             });
    }));
  }
}

TEST(Slots, SaidOnceBeforeTheDaemonIsThereAreNotLost) {
  const std::string endpoint = [] { return FakeDaemon().endpoint(); }();
  Engine engine(endpoint);
  engine.pixels.assign(static_cast<size_t>(Engine::kWidth) * Engine::kHeight * 4, 1);
  const lsd_slot slot = slot_of(7, 0.5f);
  lsd_frame frame{};
  frame.size = sizeof frame;
  frame.planes[0] = engine.pixels.data();
  frame.slots = &slot;
  frame.slot_count = 1;
  EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_NOTHING);
  FakeDaemon::Options options;
  options.endpoint = endpoint;
  FakeDaemon daemon(options);
  ASSERT_TRUE(engine.round_trip(1));  // its frames bring no table: as before
  int sent = 0;
  for (const auto& each : daemon.received("frame")) sent += slots_in(each);
  EXPECT_EQ(sent, 1);
}

}  // namespace
}  // namespace lsd
