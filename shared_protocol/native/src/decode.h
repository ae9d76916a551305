#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "messages.h"

namespace lsd {

/// One header of the daemon. Nothing, with `*problem` set, when it breaks a rule of PROTOCOL.md; never throws.
std::optional<DaemonMessage> decode(const void* header, size_t bytes, std::string* problem) noexcept;

}  // namespace lsd
