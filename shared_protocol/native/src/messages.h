#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lsd/lsd.h"
#include "slots.h"

namespace lsd {

class ChannelOffer;

constexpr size_t kMostHeaderBytes = 65'536;
constexpr size_t kMostHeaderDepth = 8;
constexpr size_t kMostElements = 256;  ///< of an array or a map
constexpr int64_t kMostPayloadBytes = 402'653'184;
constexpr size_t kMostStringBytes = 1024;
constexpr size_t kMostControlTextBytes = 4096;
constexpr size_t kMostControlNameBytes = 64;
constexpr size_t kMostControls = 64;  ///< of a group
constexpr size_t kMostControlFloats = 16;

// Daemon to client, PROTOCOL.md section 4: what the core uses of each.

/// A control of a model, PROTOCOL.md section 4.
struct ControlSpec {
  lsd_control_kind kind = LSD_CONTROL_FLAG;
  std::string name;
  std::string help;
  std::string unit;
  std::string default_text;
  std::vector<std::string> choices;
  float minimum = 0, maximum = 0;
  std::array<float, 3> default_values{};
  bool has_default = true;
  int64_t default_seed = 0;
  bool takes_transition = false;
  int32_t max_bytes = 0;
};

struct Model {
  std::string name;
  std::vector<ControlSpec> controls;  ///< in the order of a panel, without those of a kind that is not known
};

struct Welcome {
  int64_t protocol_major = 0;
  int64_t protocol_minor = 0;
  std::string session;
  std::string server;  ///< name and version
  std::vector<Model> models;
};

struct Opened {
  int64_t stream = 0;
  std::string transport;
  std::string answer;  ///< the transport's map, msgpack: what is in it is the transport's business
  struct Refusal {
    std::string transport;
    std::string reason;
  };
  std::vector<Refusal> refused;
};

struct Progress {
  std::optional<int64_t> stream;
  std::string what;
  float fraction = 0;
};

struct Notice {
  int64_t stream = 0;
  std::string code;
  std::string message;
};

struct SlotReference {
  uint64_t slot = 0;
  uint64_t slot_seq = 0;
};

struct Result {
  int64_t stream = 0;
  int64_t seq = 0;
  int64_t t_capture_ns = 0, t_submit_ns = 0, t_receive_ns = 0, t_start_ns = 0, t_end_ns = 0, t_send_ns = 0;
  std::optional<SlotReference> slot;
  std::vector<std::pair<std::string, int64_t>> timings_us;
  int64_t dropped = 0;
  int64_t control_seq = 0;
};

struct Closed {
  int64_t stream = 0;
  std::string reason;
};

struct Pong {
  int64_t t_ns = 0;
};

struct Bye {
  std::string reason;
};

struct ErrorReply {
  std::string code;
  std::string message;
  bool is_fatal = false;
  std::optional<int64_t> stream;
  bool stream_is_closed = false;
  std::optional<int64_t> control_seq;
};

using DaemonMessage = std::variant<Welcome, Opened, Progress, Notice, Result, Closed, Pong, Bye, ErrorReply>;

// Client to daemon.

struct Hello {
  std::string name;
  std::string engine;
  std::string token;  ///< empty: none
};

struct Open {
  int32_t stream = 0;
  std::string model;
  std::vector<lsd_plane_desc> planes;
  int32_t width = 0, height = 0;
  int32_t output_format = LSD_FORMAT_RGBA8;
  int32_t output_width = 0, output_height = 0;
  int32_t output_alpha = LSD_ALPHA_OPAQUE;
  struct Offer {
    std::string_view transport;
    const ChannelOffer* keys;
  };
  std::vector<Offer> offers;
  int32_t max_steps = 3;
  int32_t seed = 0;
  float fps = 0;
};

struct FrameInfo {
  int64_t seq = 0;
  int64_t t_capture_ns = 0;
  int64_t t_submit_ns = 0;
  std::optional<lsd_camera> camera;
  std::optional<lsd_sun> sun;
  SlotTable slots;  ///< the engine's whole table, null while it has given none
  bool reset = false;
};

using ControlValue = std::variant<std::string, int64_t, float, bool, std::vector<float>>;
using ControlValues = std::vector<std::pair<std::string, ControlValue>>;

struct Control {
  int64_t control_seq = 0;
  ControlValues values;
  float transition_s = 0;
};

}  // namespace lsd
