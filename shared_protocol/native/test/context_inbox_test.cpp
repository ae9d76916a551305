#include "context_inbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

namespace lsd {
namespace {

constexpr size_t kBytes = 1024;

void put(ContextInbox& inbox, int64_t seq) {
  IncomingContext& context = inbox.back();
  context.seq = seq;
  std::memset(context.values.get(), static_cast<int>(seq & 0xFF), kBytes);
  inbox.publish();
}

TEST(ContextInbox, KeepsTheNewestForEver) {
  ContextInbox inbox;
  inbox.allocate(kBytes);
  EXPECT_EQ(inbox.acquire().context, nullptr);
  EXPECT_FALSE(inbox.has_any());
  put(inbox, 1);
  put(inbox, 2);
  EXPECT_TRUE(inbox.has_any());
  for (int i = 0; i < 3; ++i) {
    const ContextInbox::Held held = inbox.acquire();
    ASSERT_NE(held.context, nullptr);
    EXPECT_EQ(held.context->seq, 2);
    EXPECT_EQ(held.is_new, i == 0);
    EXPECT_TRUE(inbox.release(held.context));
  }
}

TEST(ContextInbox, LeavesAloneWhatIsHeld) {
  ContextInbox inbox;
  inbox.allocate(kBytes);
  std::vector<const IncomingContext*> held;
  for (int64_t seq = 1; seq <= LSD_MAX_CONTEXTS; ++seq) {
    put(inbox, seq);
    held.push_back(inbox.acquire().context);
  }
  EXPECT_TRUE(inbox.acquire().are_too_many);
  for (int64_t seq = 10; seq < 100; ++seq) put(inbox, seq);
  for (size_t i = 0; i < held.size(); ++i) {
    EXPECT_EQ(held[i]->seq, static_cast<int64_t>(i) + 1);
    EXPECT_EQ(held[i]->values[kBytes - 1], static_cast<std::byte>(i + 1));
    EXPECT_TRUE(inbox.release(held[i]));
    EXPECT_FALSE(inbox.release(held[i]));
  }
  EXPECT_FALSE(inbox.release(nullptr));
  EXPECT_EQ(inbox.acquire().context->seq, 99);
}

TEST(ContextInbox, TellsWhatNobodySaw) {
  ContextInbox inbox;
  inbox.allocate(kBytes);
  inbox.back().seq = 1;
  EXPECT_FALSE(inbox.publish());
  inbox.back().seq = 2;
  EXPECT_TRUE(inbox.publish());
  inbox.release(inbox.acquire().context);
  inbox.back().seq = 3;
  EXPECT_FALSE(inbox.publish());
}

TEST(ContextInbox, IsNeverTornBetweenThreads) {
  ContextInbox inbox;
  inbox.allocate(kBytes);
  std::atomic<bool> stop{false};
  const auto read = [&] {
    int64_t last = 0;
    while (!stop) {
      const ContextInbox::Held held = inbox.acquire();
      if (held.context == nullptr) continue;
      EXPECT_GE(held.context->seq, last);
      last = held.context->seq;
      for (size_t i = 0; i < kBytes; i += 255) {
        ASSERT_EQ(held.context->values[i], static_cast<std::byte>(held.context->seq & 0xFF));
      }
      EXPECT_TRUE(inbox.release(held.context));
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (int64_t seq = 1; seq <= 20'000; ++seq) put(inbox, seq);
  stop = true;
  first.join();
  second.join();
}

}  // namespace
}  // namespace lsd
