#include "endpoint.h"

namespace lsd {
namespace {

constexpr std::string_view kTcp = "tcp://";
constexpr std::string_view kIpc = "ipc://";

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

bool is_loopback_v4(std::string_view host) {
  // A name such as 127.example.org is not an address.
  return starts_with(host, "127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

bool is_endpoint(std::string_view endpoint) {
  if (starts_with(endpoint, kIpc)) return endpoint.size() > kIpc.size();
  if (!starts_with(endpoint, kTcp)) return false;
  const size_t colon = endpoint.rfind(':');
  return colon > kTcp.size() && colon + 1 < endpoint.size() &&
         endpoint.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
}

bool is_same_host(std::string_view endpoint) {
  if (starts_with(endpoint, kIpc)) return true;
  if (!is_endpoint(endpoint)) return false;
  const std::string_view host = endpoint.substr(kTcp.size(), endpoint.rfind(':') - kTcp.size());
  return host == "localhost" || host == "[::1]" || is_loopback_v4(host);
}

std::string connect_address(const std::string& endpoint) {
  constexpr std::string_view kName = "tcp://localhost:";
  if (!starts_with(endpoint, kName)) return endpoint;
  return "tcp://127.0.0.1:" + endpoint.substr(kName.size());
}

}  // namespace lsd
