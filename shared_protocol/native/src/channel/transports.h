#pragma once

#include <array>
#include <string_view>

#include "channel/frame_channel.h"

namespace lsd {

extern const Transport kSharedMemoryTransport;
extern const Transport kInlineTransport;

/// All transports, the best first: LSD_TRANSPORT_AUTO offers them in this order.
inline constexpr std::array kTransports{&kSharedMemoryTransport, &kInlineTransport};

/// Null for an unknown one.
const Transport* find_transport(std::string_view name);
const Transport* find_transport(int32_t id);

}  // namespace lsd
