#pragma once

#include <vulkan/vulkan.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

// What the test's engine needs of Vulkan: a device, memory that it shares, and a semaphore that it shares.

/// Ends the program with the call's name where Vulkan refuses it.
void check(VkResult result, const char* call);

struct Device {
  VkInstance instance;
  VkPhysicalDevice physical;
  VkDevice device;
  VkQueue queue;
  VkCommandPool pool;
  uint8_t uuid[VK_UUID_SIZE];

  Device();
  ~Device();
  Device(const Device&) = delete;
};

/// A buffer or an image in memory of its own.
struct Memory {
  const Device& device;
  VkBuffer buffer = VK_NULL_HANDLE;
  VkImage image = VK_NULL_HANDLE;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  VkDeviceSize bytes = 0;

  Memory(const Device& device, VkDeviceSize bytes, bool is_shared);
  Memory(const Device& device, uint32_t width, uint32_t height, bool is_shared);
  ~Memory();
  Memory(const Memory&) = delete;

  /// A new file descriptor of shared memory.
  int file() const;
  void* map() const;

 private:
  void allocate(const VkMemoryRequirements& wanted, bool is_shared);
};

/// A timeline semaphore that CUDA may use. Mesa's llvmpipe can't share one: a thread carries the values between a
/// semaphore for what the engine signals, one for what it waits for, and a file that the stand-in takes for it.
class SharedTimeline {
 public:
  explicit SharedTimeline(const Device& device);
  ~SharedTimeline();
  SharedTimeline(const SharedTimeline&) = delete;

  VkSemaphore signalled_by_engine() const { return out_; }
  VkSemaphore awaited_by_engine() const { return in_; }
  int file() const { return file_; }
  /// As vkSignalSemaphore.
  void signal(uint64_t value);

 private:
  void carry();

  const Device& device_;
  VkSemaphore out_, in_;
  int file_;
  std::atomic<uint64_t>* value_;
  std::atomic<bool> is_ending_{false};
  std::thread thread_;
};

VkSemaphore make_timeline(const Device& device);
