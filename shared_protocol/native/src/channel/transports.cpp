#include "channel/transports.h"

namespace lsd {

const Transport* find_transport(std::string_view name) {
  for (const Transport* transport : kTransports) {
    if (transport->name == name) return transport;
  }
  return nullptr;
}

const Transport* find_transport(int32_t id) {
  for (const Transport* transport : kTransports) {
    if (transport->id == id) return transport;
  }
  return nullptr;
}

}  // namespace lsd
