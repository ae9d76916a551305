#pragma once

#include <string_view>

namespace lsd {

/// Only the carriers of PROTOCOL.md section 1.
bool is_endpoint(std::string_view endpoint);

/// Shared memory makes sense with these only: 127.0.0.0/8, [::1], localhost and ipc://.
bool is_same_host(std::string_view endpoint);

}  // namespace lsd
