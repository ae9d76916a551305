// An engine that draws by Vulkan and shares what it draws: planes and pictures stay in its own memory, which the core
// imports. The pictures that come back are compared with what was drawn.
//
// engine ENDPOINT FRAMES buffer|image [FAULT]: prints a JSON object. "engine uuid" prints the device's UUID.
// FAULT: no_wait (the fence's value is not waited for), no_signal (a frame is drawn without waiting until the one
// before was copied), never (from the fourth frame on the fence never reaches its value), no_room (more memory is
// claimed than there is), host (no card that can take surfaces is found).

#include <lsd/lsd.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "vulkan.h"

namespace {

using Clock = std::chrono::steady_clock;
constexpr uint32_t kWidth = 100, kHeight = 64, kCells = 4;  // rows that are no whole 64 bytes
constexpr VkDeviceSize kOffset = 256, kPitch = 512;

uint32_t cell_color(int64_t number, uint32_t cell) {
  const auto mixed = static_cast<uint32_t>(number * 37 + cell * 11);
  return (mixed & 255) | ((mixed * 3 & 255) << 8) | ((mixed * 7 & 255) << 16) | 0xFF000000u;
}

uint32_t pixel(int64_t number, uint32_t x, uint32_t y) {
  return cell_color(number, y * kCells / kHeight * kCells + x * kCells / kWidth);
}

/// What is shared of the engine's: a buffer with rows that are further apart than they are long, or a texture.
struct Shared {
  Memory memory;
  lsd_surface* surface = nullptr;

  Shared(const Device& device, bool is_image)
      : memory(is_image ? Memory(device, kWidth, kHeight, true) : Memory(device, kOffset + kPitch * kHeight, true)) {}

  bool import(lsd_stream* stream, int32_t format, bool claims_more) {
    lsd_surface_config config{};
    config.size = sizeof config;
    config.handle_kind = LSD_HANDLE_VULKAN_FD;
    config.handle = memory.file();
    config.memory_bytes = memory.bytes + (claims_more ? 1 << 20 : 0);
    config.is_dedicated = 1;
    config.width = kWidth, config.height = kHeight, config.format = format;
    if (memory.image != VK_NULL_HANDLE) {
      config.is_image = config.is_render_target = 1;
    } else {
      config.offset = kOffset, config.row_pitch_bytes = kPitch;
    }
    surface = lsd_stream_import_surface(stream, &config);
    close(static_cast<int>(config.handle));
    return surface != nullptr;
  }
};

class Renderer {
 public:
  /// `lateness`: of the GPU.
  Renderer(const Device& device, bool is_image, std::chrono::milliseconds lateness)
      : device_(device),
        lateness_(lateness),
        drawn_(device, kWidth, kHeight, false),
        seen_(device, kOffset + kPitch * kHeight, false),
        color(device, is_image),
        depth(device, false),
        picture(device, is_image),
        gate_(make_timeline(device)) {
    VkCommandBufferAllocateInfo wanted{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    wanted.commandPool = device.pool;
    wanted.commandBufferCount = 2;
    check(vkAllocateCommandBuffers(device.device, &wanted, commands_), "vkAllocateCommandBuffers");
    const VkFenceCreateInfo fence{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO, nullptr, VK_FENCE_CREATE_SIGNALED_BIT};
    for (VkFence& done : done_) check(vkCreateFence(device.device, &fence, nullptr, &done), "vkCreateFence");
    make_pass();
    VkCommandBuffer commands = begin(0);
    for (const Memory* memory : {&color.memory, &picture.memory}) settle_layout(commands, *memory);
    finish(0, {}, {}, VK_NULL_HANDLE, 0);
  }
  ~Renderer() {
    if (late_.joinable()) late_.join();
    vkDeviceWaitIdle(device_.device);
    for (VkFence done : done_) vkDestroyFence(device_.device, done, nullptr);
    vkDestroyFramebuffer(device_.device, target_, nullptr);
    vkDestroyImageView(device_.device, view_, nullptr);
    vkDestroyRenderPass(device_.device, pass_, nullptr);
    vkDestroySemaphore(device_.device, gate_, nullptr);
  }

  /// Queues the drawing of a picture and returns; it begins when `fence` has `after`, and sets it to `value` when it is
  /// done.
  void draw(int64_t number, const SharedTimeline& fence, uint64_t after, uint64_t value) {
    VkCommandBuffer commands = begin(0);
    draw_cells(commands, number);
    copy(commands, drawn_, color.memory);
    finish(0, {fence.awaited_by_engine(), gate_}, {after, ++gate_value_}, fence.signalled_by_engine(), value);
    if (late_.joinable()) late_.join();
    late_ = std::thread([this, value = gate_value_] {
      std::this_thread::sleep_for(lateness_);
      const VkSemaphoreSignalInfo told{VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, nullptr, gate_, value};
      check(vkSignalSemaphore(device_.device, &told), "vkSignalSemaphore");
    });
  }

  /// Looks at the picture that came back, when `fence` has `after`.
  bool is_picture(int64_t number, const SharedTimeline& fence, uint64_t after) {
    VkCommandBuffer commands = begin(1);
    copy(commands, picture.memory, seen_);
    finish(1, {fence.awaited_by_engine()}, {after}, VK_NULL_HANDLE, 0);
    check(vkWaitForFences(device_.device, 1, &done_[1], VK_TRUE, UINT64_MAX), "vkWaitForFences");
    const auto* bytes = static_cast<const char*>(seen_.map()) + kOffset;
    bool is_right = true;
    for (uint32_t y = 0; y < kHeight; ++y) {
      for (uint32_t x = 0; x < kWidth; ++x) {
        uint32_t value = 0;
        std::memcpy(&value, bytes + y * kPitch + x * 4, 4);
        is_right = is_right && value == pixel(number, x, y);
      }
    }
    vkUnmapMemory(device_.device, seen_.memory);
    return is_right;
  }

 private:
  VkCommandBuffer begin(int which) {
    check(vkWaitForFences(device_.device, 1, &done_[which], VK_TRUE, UINT64_MAX), "vkWaitForFences");
    check(vkResetFences(device_.device, 1, &done_[which]), "vkResetFences");
    const VkCommandBufferBeginInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    check(vkBeginCommandBuffer(commands_[which], &info), "vkBeginCommandBuffer");
    return commands_[which];
  }

  void finish(int which, const std::vector<VkSemaphore>& waits, const std::vector<uint64_t>& values, VkSemaphore signal,
              uint64_t value) {
    check(vkEndCommandBuffer(commands_[which]), "vkEndCommandBuffer");
    const std::vector<VkPipelineStageFlags> stages(waits.size(), VK_PIPELINE_STAGE_ALL_COMMANDS_BIT);
    const auto count = static_cast<uint32_t>(waits.size());
    const uint32_t signals = signal != VK_NULL_HANDLE ? 1 : 0;
    const VkTimelineSemaphoreSubmitInfo timeline{
        VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO, nullptr, count, values.data(), signals, &value};
    const VkSubmitInfo submit{VK_STRUCTURE_TYPE_SUBMIT_INFO,
                              &timeline,
                              count,
                              waits.data(),
                              stages.data(),
                              1,
                              &commands_[which],
                              signals,
                              &signal};
    check(vkQueueSubmit(device_.queue, 1, &submit, done_[which]), "vkQueueSubmit");
  }

  static void settle_layout(VkCommandBuffer commands, const Memory& memory) {
    if (memory.image == VK_NULL_HANDLE) return;
    VkImageMemoryBarrier barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER};
    barrier.newLayout = VK_IMAGE_LAYOUT_GENERAL;
    barrier.srcQueueFamilyIndex = barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    barrier.image = memory.image;
    barrier.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0,
                         nullptr, 0, nullptr, 1, &barrier);
  }

  void make_pass() {
    VkAttachmentDescription attachment{};
    attachment.format = VK_FORMAT_R8G8B8A8_UNORM;
    attachment.samples = VK_SAMPLE_COUNT_1_BIT;
    attachment.loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR;
    attachment.finalLayout = VK_IMAGE_LAYOUT_GENERAL;
    const VkAttachmentReference reference{0, VK_IMAGE_LAYOUT_GENERAL};
    VkSubpassDescription part{};
    part.colorAttachmentCount = 1;
    part.pColorAttachments = &reference;
    VkRenderPassCreateInfo pass{VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO};
    pass.attachmentCount = pass.subpassCount = 1;
    pass.pAttachments = &attachment;
    pass.pSubpasses = &part;
    check(vkCreateRenderPass(device_.device, &pass, nullptr, &pass_), "vkCreateRenderPass");
    VkImageViewCreateInfo view{VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO};
    view.image = drawn_.image;
    view.viewType = VK_IMAGE_VIEW_TYPE_2D;
    view.format = attachment.format;
    view.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    check(vkCreateImageView(device_.device, &view, nullptr, &view_), "vkCreateImageView");
    VkFramebufferCreateInfo target{VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO};
    target.renderPass = pass_;
    target.attachmentCount = target.layers = 1;
    target.pAttachments = &view_;
    target.width = kWidth, target.height = kHeight;
    check(vkCreateFramebuffer(device_.device, &target, nullptr, &target_), "vkCreateFramebuffer");
  }

  void draw_cells(VkCommandBuffer commands, int64_t number) {
    const VkClearValue black{};
    VkRenderPassBeginInfo info{VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO};
    info.renderPass = pass_, info.framebuffer = target_;
    info.renderArea = {{0, 0}, {kWidth, kHeight}};
    info.clearValueCount = 1, info.pClearValues = &black;
    vkCmdBeginRenderPass(commands, &info, VK_SUBPASS_CONTENTS_INLINE);
    for (uint32_t cell = 0; cell < kCells * kCells; ++cell) {
      const uint32_t color = cell_color(number, cell);
      VkClearAttachment clear{VK_IMAGE_ASPECT_COLOR_BIT, 0, {}};
      for (int i = 0; i < 4; ++i) clear.clearValue.color.float32[i] = static_cast<float>(color >> 8 * i & 255) / 255;
      const uint32_t width = kWidth / kCells, height = kHeight / kCells;
      const VkClearRect rect{
          {{static_cast<int32_t>(cell % kCells * width), static_cast<int32_t>(cell / kCells * height)},
           {width, height}},
          0,
          1};
      vkCmdClearAttachments(commands, 1, &clear, 1, &rect);
    }
    vkCmdEndRenderPass(commands);
  }

  /// As an engine does with its own textures, which are not for sharing.
  static void copy(VkCommandBuffer commands, const Memory& from, const Memory& to) {
    const VkMemoryBarrier barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER, nullptr, VK_ACCESS_MEMORY_WRITE_BIT,
                                  VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT};
    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1,
                         &barrier, 0, nullptr, 0, nullptr);
    const VkImageSubresourceLayers layers{VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    const VkExtent3D extent{kWidth, kHeight, 1};
    const VkBufferImageCopy rows{kOffset, kPitch / 4, kHeight, layers, {0, 0, 0}, extent};
    const VkImageCopy whole{layers, {0, 0, 0}, layers, {0, 0, 0}, extent};
    const VkBufferCopy bytes{kOffset, kOffset, kPitch * kHeight};
    const auto layout = VK_IMAGE_LAYOUT_GENERAL;
    if (from.image != VK_NULL_HANDLE && to.image != VK_NULL_HANDLE) {
      vkCmdCopyImage(commands, from.image, layout, to.image, layout, 1, &whole);
    } else if (from.image != VK_NULL_HANDLE) {
      vkCmdCopyImageToBuffer(commands, from.image, layout, to.buffer, 1, &rows);
    } else {
      vkCmdCopyBuffer(commands, from.buffer, to.buffer, 1, &bytes);
    }
  }

  const Device& device_;
  const std::chrono::milliseconds lateness_;
  Memory drawn_, seen_;
  VkRenderPass pass_;
  VkImageView view_;
  VkFramebuffer target_;
  VkCommandBuffer commands_[2];
  VkFence done_[2];
  uint64_t gate_value_ = 0;
  std::thread late_;

 public:
  Shared color, depth, picture;

 private:
  VkSemaphore gate_;
};

lsd_fence* import(lsd_stream* stream, const SharedTimeline& timeline) {
  const lsd_fence_config config{sizeof config, LSD_HANDLE_VULKAN_FD, timeline.file()};
  return lsd_stream_import_fence(stream, &config);
}

int fail(const char* what) {
  std::printf("{\"pid\": %d, \"error\": \"%s: %s\"}\n", getpid(), what, lsd_last_error());
  return 0;
}

int run(const char* endpoint, int frames, bool is_image, const std::string& fault) {
  const Device device;
  lsd_adapter adapter{sizeof adapter, LSD_HANDLE_VULKAN_FD, {}, {}};
  std::memcpy(adapter.uuid, device.uuid, sizeof adapter.uuid);
  lsd_stream_config config{};
  config.size = sizeof config;
  if (lsd_find_card(&adapter, &config.cuda_device) != LSD_OK) return fail("lsd_find_card");
  config.model = "passthrough";
  config.width = kWidth, config.height = kHeight;
  config.plane_count = 2;
  config.planes[0] = {LSD_PLANE_DEPTH, LSD_FORMAT_R32F};
  config.planes[1] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  config.memory = LSD_MEMORY_SURFACE;
  config.transport = fault.rfind("host", 0) == 0 ? LSD_TRANSPORT_SHARED_MEMORY : LSD_TRANSPORT_AUTO;
  lsd_client_config whom{};
  whom.size = sizeof whom;
  whom.endpoint = endpoint;
  lsd_client* client = lsd_client_create(&whom);
  lsd_stream* stream = lsd_stream_open(client, &config);
  if (stream == nullptr) return fail("lsd_stream_open");
  int right = 0, wrong = 0, submitted = 0, dropped = 0;
  std::string said;
  lsd_stats stats{};
  stats.size = sizeof stats;
  double closing_s = 0;
  {
    SharedTimeline frames_done(device), pictures_done(device);
    // Whoever does not wait copies long before anything was drawn.
    Renderer renderer(device, is_image, std::chrono::milliseconds(fault == "no_wait" ? 400 : 8));
    if (!renderer.color.import(stream, LSD_FORMAT_RGBA8, fault == "no_room") ||
        !renderer.depth.import(stream, LSD_FORMAT_R32F, false) ||
        !renderer.picture.import(stream, LSD_FORMAT_RGBA8, false)) {
      return fail("lsd_stream_import_surface");
    }
    lsd_fence* const frame_fence = import(stream, frames_done);
    lsd_fence* const picture_fence = import(stream, pictures_done);
    if (frame_fence == nullptr || picture_fence == nullptr) return fail("lsd_stream_import_fence");
    const auto give_up = Clock::now() + std::chrono::seconds(60);
    while (lsd_stream_get_state(stream) != LSD_STREAM_OPEN && Clock::now() < give_up) usleep(2000);
    std::map<int64_t, int64_t> sent;
    // Frame n is drawn when its fence has 2n + 1, and was copied when it has 2n + 2.
    const auto drawn = [](int64_t number) { return static_cast<uint64_t>(2 * number + 1); };
    uint64_t picture_value = 0;
    int64_t number = 0;
    renderer.draw(0, frames_done, 0, drawn(0));
    for (; right + wrong < frames && dropped < 3 && Clock::now() < give_up; ++number) {
      lsd_fence_use use{sizeof use, frame_fence, drawn(number), drawn(number) + 1};
      if (fault == "no_wait") use.wait_value = 0;
      lsd_frame frame{};
      frame.size = sizeof frame;
      lsd_surface* const surfaces[] = {renderer.depth.surface, renderer.color.surface};
      int64_t seq = 0;
      const lsd_status status = lsd_stream_submit_surfaces(stream, &frame, surfaces, &use, &seq);
      ++submitted;
      // The next one, over this one, as soon as it was copied.
      const bool is_stuck = fault.find("never") != std::string::npos && number >= 2;
      if (!is_stuck)
        renderer.draw(number + 1, frames_done, fault == "no_signal" ? 0 : drawn(number) + 1, drawn(number + 1));
      if (status != LSD_OK) {
        said = lsd_last_error();
        ++dropped;
        frames_done.signal(is_stuck ? 0 : drawn(number) + 1);  // nobody else does it now
        continue;
      }
      sent[seq] = number;
      lsd_result result{};
      result.size = sizeof result;
      lsd_fence_use taken{sizeof taken, picture_fence, picture_value, picture_value + 1};
      lsd_status came = LSD_NOTHING;
      const auto until = Clock::now() + std::chrono::milliseconds(is_stuck ? 20 : 2000);
      while (came == LSD_NOTHING && Clock::now() < until) {
        came = lsd_stream_acquire_into(stream, renderer.picture.surface, &taken, &result);
        if (came == LSD_NOTHING) usleep(500);
      }
      if (came < 0) return fail("lsd_stream_acquire_into");
      if (came != LSD_OK) continue;
      ++picture_value;
      ++(renderer.is_picture(sent[result.seq], pictures_done, picture_value) ? right : wrong);
    }
    lsd_stream_get_stats(stream, &stats);
    const auto before = Clock::now();
    lsd_stream_close(stream);
    closing_s = std::chrono::duration<double>(Clock::now() - before).count();
    // What still waits for a frame's copy would keep Vulkan waiting.
    frames_done.signal(drawn(number) + 1);
    usleep(5000);
  }
  lsd_client_destroy(client);
  std::printf(
      "{\"pid\": %d, \"error\": \"\", \"right\": %d, \"wrong\": %d, \"submitted\": %d, \"dropped\": %d, \"said\": "
      "\"%s\","
      " \"transport\": %d, \"closing_s\": %.3f}\n",
      getpid(), right, wrong, submitted, dropped, said.c_str(), stats.transport, closing_s);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 2) {
    const Device device;
    for (const uint8_t byte : device.uuid) std::printf("%02x", byte);
    std::printf("\n");
    return 0;
  }
  return run(arguments[1], std::stoi(arguments[2]), std::string(arguments[3]) == "image",
             count > 4 ? arguments[4] : "");
}
