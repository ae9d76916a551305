#include "registry.h"

#include "cuda_ipc_channel.h"
#include "inline_channel.h"
#include "shared_memory_channel.h"

namespace lsd {
namespace {

std::unique_ptr<FrameChannel> make_inline(const ChannelSizes& sizes, std::string*) {
  return std::make_unique<InlineChannel>(sizes);
}

constexpr ChannelKind kKinds[] = {
    {"cuda_ipc", LSD_TRANSPORT_CUDA_IPC, true, true, CudaIpcChannel::make},
    {"shared_memory", LSD_TRANSPORT_SHARED_MEMORY, true, false, SharedMemoryChannel::make},
    {"inline", LSD_TRANSPORT_INLINE, false, false, make_inline},
};

}  // namespace

ChannelKinds channel_kinds() { return {std::begin(kKinds), std::end(kKinds)}; }

}  // namespace lsd
