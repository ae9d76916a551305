#include "ring.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <limits>
#include <thread>
#include <vector>

namespace lsd {
namespace {

constexpr size_t kBytes = 4096;

bool exists(const std::string& name) {
  const int fd = shm_open(name.c_str(), O_RDONLY, 0);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

std::unique_ptr<RingWriter> make_writer() {
  std::string problem;
  auto writer = RingWriter::create(4, 1, kBytes, &problem);
  EXPECT_NE(writer, nullptr) << problem;
  return writer;
}

void fill(RingWriter& writer, uint32_t slot, int value) { std::memset(writer.frame(slot), value, kBytes); }

TEST(Ring, CarriesAFrame) {
  const auto writer = make_writer();
  std::string problem;
  const auto reader = RingReader::open(writer->description(), 1, kBytes, &problem);
  ASSERT_NE(reader, nullptr) << problem;
  writer->begin_write(2);
  fill(*writer, 2, 7);
  const uint64_t slot_seq = writer->end_write(2, 1);
  std::vector<std::byte> pixels(kBytes);
  ASSERT_TRUE(reader->read(2, slot_seq, pixels.data(), kBytes));
  EXPECT_EQ(pixels.front(), std::byte{7});
  EXPECT_EQ(pixels.back(), std::byte{7});
}

TEST(Ring, HasTheLayoutOfTheProtocol) {
  const auto writer = make_writer();
  const RingDescription ring = writer->description();
  EXPECT_EQ(ring.slot_stride, 64 + kBytes);
  EXPECT_EQ(ring.bytes, 64 + 4 * (64 + kBytes));
  EXPECT_TRUE(is_ring_name(ring.name, "/")) << ring.name;
  const int fd = shm_open(ring.name.c_str(), O_RDONLY, 0);
  ASSERT_GE(fd, 0);
  struct stat status {};
  fstat(fd, &status);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  unsigned char header[32];
  ASSERT_EQ(read(fd, header, sizeof header), 32);
  close(fd);
  EXPECT_EQ(std::memcmp(header, "LSD1\1\0\0\0\4\0\0\0\1\0\0\0", 16), 0);
}

TEST(Ring, NoticesTornSlots) {
  const auto writer = make_writer();
  std::string problem;
  const auto reader = RingReader::open(writer->description(), 1, kBytes, &problem);
  std::vector<std::byte> pixels(kBytes);
  writer->begin_write(0);
  const uint64_t first = writer->end_write(0, 1);
  writer->begin_write(0);
  EXPECT_FALSE(reader->read(0, first, pixels.data(), kBytes)) << "being written";
  EXPECT_FALSE(reader->read(0, first + 1, pixels.data(), kBytes)) << "odd";
  const uint64_t second = writer->end_write(0, 2);
  EXPECT_FALSE(reader->read(0, first, pixels.data(), kBytes)) << "overwritten";
  EXPECT_TRUE(reader->read(0, second, pixels.data(), kBytes));
}

// Two processes race here in earnest; within one, TSan would rightly call it a data race.
#if !defined(__SANITIZE_THREAD__)
TEST(Ring, NeverGivesAMixtureOfTwoFrames) {
  const auto writer = make_writer();
  std::string problem;
  const auto reader = RingReader::open(writer->description(), 1, kBytes, &problem);
  std::atomic<uint64_t> announced{0};
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    for (int i = 0; !stop; ++i) {
      writer->begin_write(0);
      fill(*writer, 0, i & 0x7F);
      announced = writer->end_write(0, i);
    }
  });
  std::vector<std::byte> pixels(kBytes);
  int whole = 0;
  for (int i = 0; i < 200'000 && whole < 1000; ++i) {
    const uint64_t slot_seq = announced;
    if (slot_seq == 0 || !reader->read(0, slot_seq, pixels.data(), kBytes)) continue;
    ++whole;
    for (const std::byte pixel : pixels) ASSERT_EQ(pixel, pixels[0]);
  }
  stop = true;
  thread.join();
}
#endif

TEST(Ring, RefusesSlotsAndSizesThatAreNotThere) {
  const auto writer = make_writer();
  std::string problem;
  const auto reader = RingReader::open(writer->description(), 1, kBytes, &problem);
  std::vector<std::byte> pixels(2 * kBytes);
  EXPECT_FALSE(reader->read(4, 0, pixels.data(), kBytes));
  EXPECT_FALSE(reader->read(std::numeric_limits<uint64_t>::max(), 0, pixels.data(), kBytes));
  EXPECT_FALSE(reader->read(0, 0, pixels.data(), kBytes + 1));
}

TEST(Ring, RefusesADescriptionThatLies) {
  constexpr uint64_t huge = std::numeric_limits<uint64_t>::max();
  const std::function<void(RingDescription&)> lies[] = {
      [](RingDescription& ring) { ring.bytes += 1; },
      [](RingDescription& ring) { ring.bytes = 64; },
      [](RingDescription& ring) { ring.bytes = 0; },
      [](RingDescription& ring) { ring.bytes = huge; },
      [](RingDescription& ring) { ring.slots = 5; },
      [](RingDescription& ring) { ring.slots = 1; },
      [](RingDescription& ring) { ring.slots = 17; },
      [](RingDescription& ring) { ring.slots = 0; },
      [](RingDescription& ring) { ring.slot_stride = 64; },
      [](RingDescription& ring) { ring.slot_stride -= 64; },
      [](RingDescription& ring) { ring.slot_stride += 1; },
      [](RingDescription& ring) { ring.slot_stride = huge - 63; },
      [](RingDescription& ring) { ring.slot_stride = huge / 4 / 64 * 64 + 64; },
  };
  int index = 0;
  for (const auto& lie : lies) {
    const auto writer = make_writer();
    RingDescription ring = writer->description();
    lie(ring);
    std::string problem;
    EXPECT_EQ(RingReader::open(ring, 1, kBytes, &problem), nullptr) << index;
    EXPECT_FALSE(problem.empty());
    EXPECT_FALSE(exists(ring.name)) << index;
    ++index;
  }
}

// It is consistent, and the file is that long, but sparse: mapping it would fill the memory.
TEST(Ring, RefusesFarMoreThanTheFramesNeed) {
  std::string problem;
  const auto writer = RingWriter::create(4, 1, 64 * kBytes, &problem);
  EXPECT_EQ(RingReader::open(writer->description(), 1, kBytes, &problem), nullptr);
}

TEST(Ring, RefusesAHeaderThatLies) {
  for (const size_t offset : {0, 4, 8, 12, 16, 24}) {
    const auto writer = make_writer();
    const RingDescription ring = writer->description();
    const int fd = shm_open(ring.name.c_str(), O_RDWR, 0);
    auto* header = static_cast<unsigned char*>(mmap(nullptr, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    close(fd);
    std::memset(header + offset, 0xFF, 4);
    munmap(header, 64);
    std::string problem;
    EXPECT_EQ(RingReader::open(ring, 1, kBytes, &problem), nullptr) << offset;
  }
}

TEST(Ring, RefusesAnotherFrameThanTheOutput) {
  std::string problem;
  EXPECT_EQ(RingReader::open(make_writer()->description(), 1, kBytes + 64, &problem), nullptr);
  EXPECT_EQ(RingReader::open(make_writer()->description(), 2, kBytes, &problem), nullptr);
}

TEST(SharedMemory, LosesItsNameWhenOpened) {
  const auto writer = make_writer();
  const RingDescription ring = writer->description();
  EXPECT_TRUE(exists(ring.name));
  std::string problem;
  EXPECT_NE(RingReader::open(ring, 1, kBytes, &problem), nullptr);
  EXPECT_FALSE(exists(ring.name));
}

TEST(SharedMemory, LosesItsNameWithItsMaker) {
  auto writer = make_writer();
  const std::string name = writer->description().name;
  writer.reset();
  EXPECT_FALSE(exists(name));
}

TEST(SharedMemory, TouchesNoForeignName) {
  const int fd = shm_open("/lsd-foreign-test", O_RDWR | O_CREAT, 0600);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(ftruncate(fd, 65536), 0);
  close(fd);
  std::string problem;
  EXPECT_EQ(SharedMemory::open("/lsd-foreign-test", 64, &problem), nullptr);
  EXPECT_TRUE(exists("/lsd-foreign-test"));
  shm_unlink("/lsd-foreign-test");
}

TEST(SharedMemory, SaysWhenThereIsNoRoom) {
  std::string problem;
  EXPECT_EQ(SharedMemory::create(size_t{1} << 50, &problem), nullptr);
  EXPECT_NE(problem.find("no room"), std::string::npos) << problem;
}

TEST(RingName, HasOneForm) {
  const std::string hex(32, 'a');
  EXPECT_TRUE(is_ring_name("/lsd-123-" + hex, "/"));
  EXPECT_FALSE(is_ring_name("/lsd--" + hex, "/"));
  EXPECT_FALSE(is_ring_name("/lsd-12x-" + hex, "/"));
  EXPECT_FALSE(is_ring_name("/lsd-123-" + hex + "0", "/"));
  EXPECT_FALSE(is_ring_name("/lsd-123-" + std::string(32, 'A'), "/"));
  EXPECT_FALSE(is_ring_name("/lsd-123-../../../../../../../../../../../", "/"));
  EXPECT_FALSE(is_ring_name("lsd-123-" + hex, "/"));
  EXPECT_FALSE(is_ring_name("", "/"));
}

}  // namespace
}  // namespace lsd
