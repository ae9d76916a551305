#pragma once

#include <string>

#include "messages.h"

namespace lsd {

// Each returns the msgpack header of one message to the daemon.
std::string encode_hello(const Hello& hello);
std::string encode_open(const Open& open);
/// `slots`: those that changed. `slot`: where the planes are, if not in the payload.
std::string encode_frame(int32_t stream, const FrameInfo& frame, const SlotTable& slots,
                         const std::optional<SlotReference>& slot);
std::string encode_control(int32_t stream, const Control& control);
std::string encode_reset(int32_t stream);
std::string encode_close(int32_t stream);
std::string encode_bye();
std::string encode_ping(int64_t t_ns);

}  // namespace lsd
