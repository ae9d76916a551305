#include "vulkan.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

void check(VkResult result, const char* call) {
  if (result == VK_SUCCESS) return;
  std::fprintf(stderr, "%s: %d\n", call, result);
  std::exit(2);
}

Device::Device() {
  VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
  application.apiVersion = VK_API_VERSION_1_2;
  VkInstanceCreateInfo wanted{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
  wanted.pApplicationInfo = &application;
  check(vkCreateInstance(&wanted, nullptr, &instance), "vkCreateInstance");
  uint32_t count = 1;
  if (vkEnumeratePhysicalDevices(instance, &count, &physical) < 0 || count == 0) {
    check(VK_ERROR_INCOMPATIBLE_DRIVER, "vkEnumeratePhysicalDevices");
  }
  VkPhysicalDeviceIDProperties identity{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
  VkPhysicalDeviceProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, &identity, {}};
  vkGetPhysicalDeviceProperties2(physical, &properties);
  std::memcpy(uuid, identity.deviceUUID, sizeof uuid);
  const float priority = 1;
  VkDeviceQueueCreateInfo queues{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
  queues.queueCount = 1;
  queues.pQueuePriorities = &priority;
  VkPhysicalDeviceTimelineSemaphoreFeatures timelines{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES};
  timelines.timelineSemaphore = VK_TRUE;
  const char* const extensions[] = {VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME};
  VkDeviceCreateInfo made{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, &timelines};
  made.queueCreateInfoCount = 1;
  made.pQueueCreateInfos = &queues;
  made.enabledExtensionCount = 1;
  made.ppEnabledExtensionNames = extensions;
  check(vkCreateDevice(physical, &made, nullptr, &device), "vkCreateDevice");
  vkGetDeviceQueue(device, 0, 0, &queue);
  VkCommandPoolCreateInfo commands{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  commands.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
  check(vkCreateCommandPool(device, &commands, nullptr, &pool), "vkCreateCommandPool");
}

Device::~Device() {
  vkDestroyCommandPool(device, pool, nullptr);
  vkDestroyDevice(device, nullptr);
  vkDestroyInstance(instance, nullptr);
}

Memory::Memory(const Device& on, VkDeviceSize size, bool is_shared) : device(on) {
  VkExternalMemoryBufferCreateInfo shared{VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO};
  shared.handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;
  VkBufferCreateInfo wanted{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, is_shared ? &shared : nullptr};
  wanted.size = size;
  wanted.usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  check(vkCreateBuffer(device.device, &wanted, nullptr, &buffer), "vkCreateBuffer");
  VkMemoryRequirements needed;
  vkGetBufferMemoryRequirements(device.device, buffer, &needed);
  allocate(needed, is_shared);
  check(vkBindBufferMemory(device.device, buffer, memory, 0), "vkBindBufferMemory");
}

Memory::Memory(const Device& on, uint32_t width, uint32_t height, bool is_shared) : device(on) {
  VkExternalMemoryImageCreateInfo shared{VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO};
  shared.handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;
  VkImageCreateInfo wanted{VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO, is_shared ? &shared : nullptr};
  wanted.imageType = VK_IMAGE_TYPE_2D;
  wanted.format = VK_FORMAT_R8G8B8A8_UNORM;
  wanted.extent = {width, height, 1};
  wanted.mipLevels = wanted.arrayLayers = 1;
  wanted.samples = VK_SAMPLE_COUNT_1_BIT;
  wanted.tiling = VK_IMAGE_TILING_OPTIMAL;
  wanted.usage =
      VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
  check(vkCreateImage(device.device, &wanted, nullptr, &image), "vkCreateImage");
  VkMemoryRequirements needed;
  vkGetImageMemoryRequirements(device.device, image, &needed);
  allocate(needed, is_shared);
  check(vkBindImageMemory(device.device, image, memory, 0), "vkBindImageMemory");
}

void Memory::allocate(const VkMemoryRequirements& needed, bool is_shared) {
  bytes = needed.size;
  VkMemoryDedicatedAllocateInfo dedicated{VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO};
  dedicated.image = image;
  dedicated.buffer = buffer;
  VkExportMemoryAllocateInfo shared{VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO, &dedicated,
                                    VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
  const VkMemoryAllocateInfo wanted{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, is_shared ? &shared : nullptr, needed.size,
                                    0};
  check(vkAllocateMemory(device.device, &wanted, nullptr, &memory), "vkAllocateMemory");
}

Memory::~Memory() {
  if (buffer != VK_NULL_HANDLE) vkDestroyBuffer(device.device, buffer, nullptr);
  if (image != VK_NULL_HANDLE) vkDestroyImage(device.device, image, nullptr);
  vkFreeMemory(device.device, memory, nullptr);
}

int Memory::file() const {
  const auto get = reinterpret_cast<PFN_vkGetMemoryFdKHR>(vkGetDeviceProcAddr(device.device, "vkGetMemoryFdKHR"));
  const VkMemoryGetFdInfoKHR wanted{VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, nullptr, memory,
                                    VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
  int file = -1;
  check(get(device.device, &wanted, &file), "vkGetMemoryFdKHR");
  return file;
}

void* Memory::map() const {
  void* host = nullptr;
  check(vkMapMemory(device.device, memory, 0, VK_WHOLE_SIZE, 0, &host), "vkMapMemory");
  return host;
}

VkSemaphore make_timeline(const Device& device) {
  VkSemaphoreTypeCreateInfo type{VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO};
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  const VkSemaphoreCreateInfo wanted{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, &type, 0};
  VkSemaphore made = VK_NULL_HANDLE;
  check(vkCreateSemaphore(device.device, &wanted, nullptr, &made), "vkCreateSemaphore");
  return made;
}

SharedTimeline::SharedTimeline(const Device& device)
    : device_(device), out_(make_timeline(device)), in_(make_timeline(device)), file_(memfd_create("timeline", 0)) {
  if (file_ < 0 || ftruncate(file_, sizeof(uint64_t)) != 0) std::abort();
  void* host = mmap(nullptr, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (host == MAP_FAILED) std::abort();
  value_ = new (host) std::atomic<uint64_t>{0};
  thread_ = std::thread([this] { carry(); });
}

SharedTimeline::~SharedTimeline() {
  is_ending_ = true;
  thread_.join();
  vkDestroySemaphore(device_.device, out_, nullptr);
  vkDestroySemaphore(device_.device, in_, nullptr);
  close(file_);
}

void SharedTimeline::signal(uint64_t value) {
  uint64_t before = value_->load();
  while (before < value && !value_->compare_exchange_weak(before, value)) continue;
}

void SharedTimeline::carry() {
  uint64_t passed_on = 0;
  while (!is_ending_) {
    uint64_t signalled = 0;
    check(vkGetSemaphoreCounterValue(device_.device, out_, &signalled), "vkGetSemaphoreCounterValue");
    signal(signalled);
    const uint64_t value = value_->load();
    if (value > passed_on) {
      VkSemaphoreSignalInfo told{VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, nullptr, in_, value};
      check(vkSignalSemaphore(device_.device, &told), "vkSignalSemaphore");
      passed_on = value;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}
