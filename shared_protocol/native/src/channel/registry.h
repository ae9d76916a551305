#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "frame_channel.h"

namespace lsd {

/// One transport that this library knows.
struct ChannelKind {
  std::string_view name;
  lsd_transport transport;
  bool needs_same_host;
  bool needs_device;  ///< only for planes that are on a card
  /// Null with `*problem` set when it cannot be had.
  std::unique_ptr<FrameChannel> (*make)(const ChannelSizes& sizes, std::string* problem);
};

struct ChannelKinds {
  const ChannelKind* first;
  const ChannelKind* last;
  const ChannelKind* begin() const { return first; }
  const ChannelKind* end() const { return last; }
};

/// Best first: the order in which they are offered. A new transport is a file in this folder and a line in
/// registry.cpp.
ChannelKinds channel_kinds();

}  // namespace lsd
