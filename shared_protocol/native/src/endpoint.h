#pragma once

#include <string>
#include <string_view>

namespace lsd {

/// Only the carriers of PROTOCOL.md section 1.
bool is_endpoint(std::string_view endpoint);

/// What the socket connects to. `localhost` is 127.0.0.1 on every system: where it is [::1] first, a daemon on
/// 127.0.0.1 would never be found.
std::string connect_address(const std::string& endpoint);

/// Shared memory makes sense with these only: 127.0.0.0/8, [::1], localhost and ipc://.
bool is_same_host(std::string_view endpoint);

}  // namespace lsd
