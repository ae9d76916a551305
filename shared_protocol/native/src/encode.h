#pragma once

#include <string>

#include "messages.h"

namespace lsd {

// Each returns the msgpack header of one message to the daemon. `changed`: the slots to be told of.
std::string encode_hello(const Hello& hello);
std::string encode_open(const Open& open);
std::string encode_frame(int32_t stream, const FrameInfo& frame, const std::optional<SlotReference>& slot,
                         const std::vector<const lsd_slot*>& changed);
std::string encode_control(int32_t stream, const Control& control);
std::string encode_reset(int32_t stream);
std::string encode_close(int32_t stream);
std::string encode_bye();
std::string encode_ping(int64_t t_ns);

}  // namespace lsd
