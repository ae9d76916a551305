#pragma once

#include <string>
#include <string_view>

namespace lsd {

/// Only the carriers of PROTOCOL.md section 1.
bool is_endpoint(std::string_view endpoint);

/// Shared memory makes sense with these only: 127.0.0.0/8, [::1], localhost and ipc://.
bool is_same_host(std::string_view endpoint);

/// The address to connect to: `localhost` is 127.0.0.1 on every system, whatever the resolver says first.
std::string connect_address(const std::string& endpoint);

}  // namespace lsd
