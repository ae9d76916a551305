#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lsd/lsd.h"
#include "models.h"
#include "ring.h"
#include "slots.h"

namespace lsd {

constexpr size_t kMostHeaderBytes = 65'536;
constexpr size_t kMostHeaderDepth = 8;
constexpr int64_t kMostPayloadBytes = 402'653'184;
constexpr size_t kMostStringBytes = 1024;
constexpr size_t kMostControlTextBytes = 4096;
constexpr int64_t kMostContextSide = 256;
constexpr int64_t kMostContextChannels = 64;

// Daemon to client, PROTOCOL.md section 4: what the core uses of each.

struct Welcome {
  int64_t protocol_major = 0;
  int64_t protocol_minor = 0;
  std::string session;
  std::string server;  ///< name and version
  std::vector<ModelSpec> models;
};

/// The transport that `opened` chose, and what it takes to use it.
struct TransportAnswer {
  std::string name;
  std::optional<RingDescription> ring;
  std::optional<std::string> memory = std::nullopt;  ///< CUDA IPC: the handle of the results' memory
};

struct RefusedTransport {
  std::string name;
  std::string reason;
};

/// Cells of a context, and the numbers of each.
struct ContextGrid {
  int64_t width = 0, height = 0, channels = 0;
};

/// What `opened` says of a stream of contexts.
struct ContextStream {
  ShapeName shape;
  ContextGrid grid;
};

struct Opened {
  int64_t stream = 0;
  TransportAnswer transport;
  std::vector<RefusedTransport> refused;
  std::optional<ContextStream> context;
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

struct ResultTimes {
  int64_t t_capture_ns = 0, t_submit_ns = 0, t_receive_ns = 0, t_start_ns = 0, t_end_ns = 0, t_send_ns = 0;
};

/// What a result's payload is, where it is a context.
struct ContextHeader {
  ContextGrid grid;
  int64_t weights_seq = 0;
  std::optional<lsd_camera> camera;
};

struct Result : ResultTimes {
  int64_t stream = 0;
  int64_t seq = 0;
  std::optional<SlotReference> slot;
  std::vector<std::pair<std::string, int64_t>> timings_us;
  int64_t dropped = 0;
  int64_t control_seq = 0;
  std::optional<ContextHeader> context;
};

/// The header of `weights`; its payload is the numbers.
struct Weights {
  int64_t stream = 0;
  int64_t weights_seq = 0;
  int64_t control_seq = 0;
  ShapeName shape;
  float seed[3] = {};
  float sun[3] = {};
  float palette[24] = {};
  float strength = 1;
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

using DaemonMessage = std::variant<Welcome, Opened, Result, Weights, Progress, Notice, Closed, Pong, Bye, ErrorReply>;

// Client to daemon.

struct Hello {
  std::string name;
  std::string engine;
  std::string token;  ///< empty: none
  std::vector<std::string> capabilities;
};

/// What CUDA IPC takes: the card, and handles as hex digits, of the frames' memory and of an event for each slot.
struct CudaOffer {
  std::string device;
  std::string memory;
  std::vector<std::string> events;
};

/// One transport that the client can do, and what it takes to try it.
struct TransportOffer {
  std::string name;
  std::optional<RingDescription> ring;
  std::optional<CudaOffer> cuda = std::nullopt;
};

struct Open {
  int32_t stream = 0;
  std::string model;
  std::vector<lsd_plane_desc> planes;
  int32_t width = 0, height = 0;
  int32_t output_format = LSD_FORMAT_RGBA8;
  int32_t output_width = 0, output_height = 0;
  int32_t output_alpha = LSD_ALPHA_OPAQUE;
  std::vector<TransportOffer> transports;
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
  std::shared_ptr<const SlotTable> slots;  ///< the engine's whole table; null: as before
  bool reset = false;
};

using ControlValue = std::variant<std::string, int64_t, bool, float, std::vector<float>>;
using ControlValues = std::vector<std::pair<std::string, ControlValue>>;

struct Control {
  int64_t control_seq = 0;
  ControlValues values;
  float transition_s = 0;
};

}  // namespace lsd
