#include "inline_channel.h"

#include <cstring>

#include "../connection.h"
#include "../encode.h"
#include "../frame_layout.h"

namespace lsd {

bool InlineChannel::connect(const TransportAnswer&, std::string*) {
  for (Buffer& slot : slots_) slot = make_buffer(sizes_.frame_bytes);
  return true;
}

bool InlineChannel::send(const Departure& frame, Connection& connection) {
  const std::string header = encode_frame(frame.stream, *frame.info, *frame.slots, std::nullopt);
  return connection.send_frame(header, frame.outbox, frame.slot, sizes_.frame_bytes, frame.wakeup);
}

FrameChannel::Read InlineChannel::read_result(const Result&, Incoming& incoming, std::byte* target,
                                              std::string* problem) {
  if (incoming.parts() != 2 || incoming.payload_bytes() != align_up(sizes_.output_bytes, kPlaneAlignment)) {
    *problem = "The daemon's result does not have the size of the output.";
    return Read::wrong;
  }
  std::memcpy(target, incoming.payload(), sizes_.output_bytes);
  return Read::ok;
}

}  // namespace lsd
