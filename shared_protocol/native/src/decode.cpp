#include "decode.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <msgpack.hpp>
#include <stdexcept>
#include <string_view>

#include "utf8.h"

namespace lsd {
namespace {

constexpr size_t kMostArrayItems = 256;
constexpr size_t kMostMapItems = 256;
constexpr size_t kMostControlNameBytes = 64;
constexpr double kLargestFloat = std::numeric_limits<float>::max();
constexpr float kShortestDirection = 1e-6f;
constexpr size_t kMostStages = 64;
constexpr int64_t kMostVersion = 65'535;
constexpr int64_t kLargestStream = 2'147'483'647;
constexpr int64_t kMostInt = std::numeric_limits<int64_t>::max();

// Thrown and caught within this file: a check per key reads better as an expression than as an early return.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string_view text_of(const msgpack::object& object) { return {object.via.str.ptr, object.via.str.size}; }

// The rules of section 1 hold for unknown keys too.
void check(const msgpack::object& object) {
  switch (object.type) {
    case msgpack::type::STR:
      if (object.via.str.size > kMostControlTextBytes || !is_utf8(text_of(object))) {
        throw Malformed("a string is too long or not UTF-8");
      }
      return;
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64:
      if (!(std::abs(object.via.f64) <= kLargestFloat)) throw Malformed("a number is not finite or beyond float32");
      return;
    case msgpack::type::ARRAY:
      for (uint32_t i = 0; i < object.via.array.size; ++i) check(object.via.array.ptr[i]);
      return;
    case msgpack::type::MAP:
      for (uint32_t i = 0; i < object.via.map.size; ++i) {
        if (object.via.map.ptr[i].key.type != msgpack::type::STR) throw Malformed("a key is not a string");
        check(object.via.map.ptr[i].key);
        check(object.via.map.ptr[i].val);
      }
      return;
    default:
      return;
  }
}

int64_t integer_of(const msgpack::object& object, std::string_view name, int64_t least, int64_t most) {
  int64_t value = 0;
  if (object.type == msgpack::type::POSITIVE_INTEGER && object.via.u64 <= static_cast<uint64_t>(kMostInt)) {
    value = static_cast<int64_t>(object.via.u64);
  } else if (object.type == msgpack::type::NEGATIVE_INTEGER) {
    value = object.via.i64;
  } else {
    throw Malformed(std::string(name) + " is not an integer");
  }
  if (value < least || value > most) throw Malformed(std::string(name) + " is out of range");
  return value;
}

double number_of(const msgpack::object& object, std::string_view name) {
  if (object.type == msgpack::type::FLOAT32 || object.type == msgpack::type::FLOAT64) return object.via.f64;
  return static_cast<double>(integer_of(object, name, std::numeric_limits<int64_t>::min(), kMostInt));
}

class Map {
 public:
  Map(const msgpack::object& object, std::string_view name) : map_(object.via.map) {
    if (object.type != msgpack::type::MAP) throw Malformed(std::string(name) + " is not a map");
  }

  const msgpack::object* find(std::string_view key) const {
    for (uint32_t i = 0; i < map_.size; ++i) {
      if (text_of(map_.ptr[i].key) == key) return &map_.ptr[i].val;
    }
    return nullptr;
  }
  const msgpack::object& at(std::string_view key, msgpack::type::object_type type) const {
    const msgpack::object* object = find(key);
    if (object == nullptr) throw Malformed(std::string(key) + " is missing");
    if (object->type != type) throw Malformed(std::string(key) + " has the wrong type");
    return *object;
  }

  std::string text(std::string_view key) const {
    const std::string_view value = text_of(at(key, msgpack::type::STR));
    if (value.size() > kMostStringBytes) throw Malformed(std::string(key) + " is too long");
    return std::string(value);
  }
  int64_t integer(std::string_view key, int64_t least, int64_t most) const {
    const msgpack::object* object = find(key);
    if (object == nullptr) throw Malformed(std::string(key) + " is missing");
    return integer_of(*object, key, least, most);
  }
  std::optional<int64_t> optional_integer(std::string_view key, int64_t least, int64_t most) const {
    const msgpack::object* object = find(key);
    if (object == nullptr) return std::nullopt;
    return integer_of(*object, key, least, most);
  }
  double number(std::string_view key) const {
    const msgpack::object* object = find(key);
    if (object == nullptr) throw Malformed(std::string(key) + " is missing");
    return number_of(*object, key);
  }
  /// Exactly as many as `out` has room for.
  template <size_t N>
  void numbers(std::string_view key, float (&out)[N]) const {
    const msgpack::object_array& values = array(key);
    if (values.size != N) throw Malformed(std::string(key) + " has not " + std::to_string(N) + " numbers");
    for (uint32_t i = 0; i < N; ++i) out[i] = static_cast<float>(number_of(values.ptr[i], key));
  }
  bool boolean(std::string_view key) const { return at(key, msgpack::type::BOOLEAN).via.boolean; }
  Map map(std::string_view key) const { return Map(at(key, msgpack::type::MAP), key); }
  const msgpack::object_array& array(std::string_view key) const { return at(key, msgpack::type::ARRAY).via.array; }
  const msgpack::object_map& pairs() const { return map_; }

 private:
  const msgpack::object_map& map_;
};

int64_t stream_of(const Map& map) { return map.integer("stream", 1, kLargestStream); }

// A monotonic clock may begin anywhere.
int64_t time_of(const Map& map, std::string_view key) {
  return map.integer(key, std::numeric_limits<int64_t>::min(), kMostInt);
}

RingDescription decode_ring(const Map& map) {
  RingDescription ring;
  ring.name = map.text("name");
  ring.bytes = static_cast<uint64_t>(map.integer("bytes", 1, kMostInt));
  ring.slots = static_cast<uint32_t>(map.integer("slots", 2, 16));
  ring.slot_stride = static_cast<uint64_t>(map.integer("slot_stride", 64, kMostInt));
  if (ring.slot_stride % 64 != 0) throw Malformed("slot_stride is not a multiple of 64");
  return ring;
}

std::vector<std::string> texts_of(const msgpack::object_array& array, std::string_view name) {
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < array.size; ++i) {
    if (array.ptr[i].type != msgpack::type::STR) throw Malformed(std::string(name) + " holds something else than text");
    texts.emplace_back(text_of(array.ptr[i]));
  }
  return texts;
}

void decode_choice(const Map& map, ControlSpec* control) {
  control->choices = texts_of(map.array("values"), "values");
  control->default_text = map.text("default");
  for (const std::string& choice : control->choices) {
    if (choice == control->default_text) return;
  }
  throw Malformed("default is not one of values");
}

void decode_text(const Map& map, ControlSpec* control) {
  control->max_bytes = static_cast<int32_t>(map.integer("max_bytes", 1, kMostControlTextBytes));
  control->default_text = map.text("default");
  if (control->default_text.size() > static_cast<size_t>(control->max_bytes)) throw Malformed("default is too long");
}

void decode_number(const Map& map, ControlSpec* control) {
  control->minimum = static_cast<float>(map.number("min"));
  control->maximum = static_cast<float>(map.number("max"));
  control->default_values[0] = static_cast<float>(map.number("default"));
  if (map.find("unit") != nullptr) control->unit = map.text("unit");
  if (control->default_values[0] < control->minimum || control->default_values[0] > control->maximum) {
    throw Malformed("default is not between min and max");
  }
}

/// Three numbers.
void read_default(const Map& map, ControlSpec* control) {
  float values[3];
  map.numbers("default", values);
  std::copy(std::begin(values), std::end(values), control->default_values);
}

void decode_direction(const Map& map, ControlSpec* control) {
  control->has_default = map.find("default") != nullptr;
  if (!control->has_default) return;
  read_default(map, control);
  const float* axis = control->default_values;
  if (std::hypot(axis[0], axis[1], axis[2]) < kShortestDirection) throw Malformed("default is not a direction");
}

void decode_color(const Map& map, ControlSpec* control) {
  read_default(map, control);
  for (size_t i = 0; i < 3; ++i) {
    if (control->default_values[i] < 0 || control->default_values[i] > 1) throw Malformed("default is not a color");
  }
}

void decode_flag(const Map& map, ControlSpec* control) {
  control->default_values[0] = map.boolean("default") ? 1.0f : 0.0f;
}

void decode_seed(const Map& map, ControlSpec* control) {
  control->default_seed = map.integer("default", 0, kLargestStream);
}

struct ControlKind {
  std::string_view name;
  lsd_control_kind kind;
  void (*decode)(const Map& map, ControlSpec* control);
};

constexpr ControlKind kControlKinds[] = {
    {"choice", LSD_CONTROL_CHOICE, decode_choice}, {"text", LSD_CONTROL_TEXT, decode_text},
    {"number", LSD_CONTROL_NUMBER, decode_number}, {"direction", LSD_CONTROL_DIRECTION, decode_direction},
    {"color", LSD_CONTROL_COLOR, decode_color},    {"flag", LSD_CONTROL_FLAG, decode_flag},
    {"seed", LSD_CONTROL_SEED, decode_seed},
};

/// Nothing for a kind that this version does not know: it is passed over.
std::optional<ControlSpec> decode_control(const Map& map) {
  ControlSpec control;
  // First: what else a control of a later kind has, this version cannot know.
  const std::string kind = map.text("kind");
  for (const ControlKind& known : kControlKinds) {
    if (kind != known.name) continue;
    control.kind = known.kind;
    control.name = map.text("name");
    if (control.name.size() > kMostControlNameBytes) throw Malformed("name is longer than 64 bytes");
    control.help = map.text("help");
    control.takes_transition = map.boolean("transition");
    known.decode(map, &control);
    return control;
  }
  return std::nullopt;
}

ShapeName decode_shape(const Map& map) {
  ShapeName shape;
  shape.name = map.text("shape");
  shape.version = map.integer("version", 1, kMostVersion);
  return shape;
}

ContextGrid decode_grid(const Map& map) {
  ContextGrid grid;
  grid.width = map.integer("width", 1, kMostContextSide);
  grid.height = map.integer("height", 1, kMostContextSide);
  grid.channels = map.integer("channels", 1, kMostContextChannels);
  return grid;
}

std::vector<ModelSpec> decode_models(const Map& map) {
  std::vector<ModelSpec> models;
  const msgpack::object_array& array = map.array("models");
  for (uint32_t i = 0; i < array.size; ++i) {
    const Map entry(array.ptr[i], "models");
    ModelSpec model;
    model.name = entry.text("name");
    texts_of(entry.array("planes"), "planes");
    const msgpack::object_array& controls = entry.array("controls");
    for (uint32_t k = 0; k < controls.size; ++k) {
      if (auto control = decode_control(Map(controls.ptr[k], "controls")))
        model.controls.push_back(std::move(*control));
    }
    if (entry.find("context") != nullptr) model.context = decode_shape(entry.map("context"));
    models.push_back(std::move(model));
  }
  return models;
}

void check_limits(const Map& limits) {
  for (const char* name : {"max_streams", "max_width", "max_height", "max_header_bytes", "max_payload_bytes"}) {
    limits.integer(name, 1, kMostInt);
  }
  limits.number("idle_timeout_s");
}

DaemonMessage decode_welcome(const Map& map) {
  const msgpack::object_array& protocol = map.array("protocol");
  if (protocol.size != 2) throw Malformed("protocol is not [major, minor]");
  Welcome welcome;
  welcome.protocol_major = integer_of(protocol.ptr[0], "protocol", 0, kMostInt);
  welcome.protocol_minor = integer_of(protocol.ptr[1], "protocol", 0, kMostInt);
  welcome.session = map.text("session");
  const Map server = map.map("server");
  welcome.server = server.text("name") + " " + server.text("version");
  map.array("capabilities");
  check_limits(map.map("limits"));
  welcome.models = decode_models(map);
  return welcome;
}

DaemonMessage decode_opened(const Map& map) {
  Opened opened;
  opened.stream = stream_of(map);
  const Map transport = map.map("transport");
  opened.transport.name = transport.text("name");
  if (transport.find("ring") != nullptr) opened.transport.ring = decode_ring(transport.map("ring"));
  if (opened.transport.name == "cuda_ipc") opened.transport.memory = transport.text("memory");
  if (map.find("refused") != nullptr) {
    const msgpack::object_array& refused = map.array("refused");
    for (uint32_t i = 0; i < refused.size; ++i) {
      const Map entry(refused.ptr[i], "refused");
      opened.refused.push_back({entry.text("name"), entry.text("reason")});
    }
  }
  if (map.find("context") != nullptr) {
    const Map context = map.map("context");
    opened.context = ContextStream{decode_shape(context), decode_grid(context)};
  }
  return opened;
}

DaemonMessage decode_progress(const Map& map) {
  Progress progress;
  progress.stream = map.optional_integer("stream", 1, kLargestStream);
  progress.what = map.text("what");
  progress.fraction = static_cast<float>(map.number("fraction"));
  if (progress.fraction < 0 || progress.fraction > 1) throw Malformed("fraction is out of range");
  return progress;
}

lsd_camera decode_camera(const Map& map) {
  lsd_camera camera{};
  map.numbers("view", camera.view);
  map.numbers("projection", camera.projection);
  camera.near_plane = static_cast<float>(map.number("near"));
  camera.far_plane = static_cast<float>(map.number("far"));
  if (map.find("jitter") != nullptr) map.numbers("jitter", camera.jitter);
  return camera;
}

ContextHeader decode_context(const Map& map) {
  ContextHeader context;
  context.grid = decode_grid(map);
  context.weights_seq = map.integer("weights_seq", 1, kMostInt);
  if (map.find("camera") != nullptr) context.camera = decode_camera(map.map("camera"));
  return context;
}

DaemonMessage decode_weights(const Map& map) {
  Weights weights;
  weights.stream = stream_of(map);
  weights.weights_seq = map.integer("weights_seq", 1, kMostInt);
  weights.control_seq = map.integer("control_seq", 0, kMostInt);
  weights.shape = decode_shape(map);
  map.numbers("seed", weights.seed);
  map.numbers("sun", weights.sun);
  if (std::hypot(weights.sun[0], weights.sun[1], weights.sun[2]) < kShortestDirection) {
    throw Malformed("sun is not a direction");
  }
  map.numbers("palette", weights.palette);
  weights.strength = static_cast<float>(map.number("strength"));
  if (weights.strength < 0 || weights.strength > 1) throw Malformed("strength is out of range");
  return weights;
}

DaemonMessage decode_result(const Map& map) {
  Result result;
  result.stream = stream_of(map);
  result.seq = map.integer("seq", 0, kMostInt);
  result.t_capture_ns = time_of(map, "t_capture_ns");
  result.t_submit_ns = time_of(map, "t_submit_ns");
  result.t_receive_ns = time_of(map, "t_receive_ns");
  result.t_start_ns = time_of(map, "t_start_ns");
  result.t_end_ns = time_of(map, "t_end_ns");
  result.t_send_ns = time_of(map, "t_send_ns");
  if (map.find("slot") != nullptr || map.find("slot_seq") != nullptr) {
    const int64_t slot = map.integer("slot", 0, 15);
    const int64_t slot_seq = map.integer("slot_seq", 2, kMostInt);
    if (slot_seq % 2 != 0) throw Malformed("slot_seq is odd");
    result.slot = SlotReference{static_cast<uint64_t>(slot), static_cast<uint64_t>(slot_seq)};
  }
  const Map timings = map.map("timings_us");
  if (timings.pairs().size > kMostStages) throw Malformed("timings_us has too many stages");
  for (uint32_t i = 0; i < timings.pairs().size; ++i) {
    const auto& [stage, micros] = timings.pairs().ptr[i];
    result.timings_us.emplace_back(text_of(stage), integer_of(micros, "timings_us", 0, kMostInt));
  }
  result.dropped = map.integer("dropped", 0, kMostInt);
  result.control_seq = map.integer("control_seq", 0, kMostInt);
  if (map.find("context") != nullptr) result.context = decode_context(map.map("context"));
  return result;
}

DaemonMessage decode_error(const Map& map) {
  ErrorReply error;
  error.code = map.text("code");
  error.message = map.text("message");
  error.is_fatal = map.boolean("fatal");
  error.stream = map.optional_integer("stream", 1, kLargestStream);
  if (map.find("stream_closed") != nullptr) error.stream_is_closed = map.boolean("stream_closed");
  error.control_seq = map.optional_integer("control_seq", 1, kMostInt);
  return error;
}

DaemonMessage decode_map(const Map& map) {
  const std::string type = map.text("t");
  if (type == "result") return decode_result(map);
  if (type == "pong") {
    time_of(map, "t_daemon_ns");
    const Map stats = map.map("stats");
    for (const char* name : {"streams", "frames", "dropped"}) stats.integer(name, 0, kMostInt);
    stats.number("fps");
    return Pong{time_of(map, "t_ns")};
  }
  if (type == "weights") return decode_weights(map);
  if (type == "welcome") return decode_welcome(map);
  if (type == "opened") return decode_opened(map);
  if (type == "progress") return decode_progress(map);
  if (type == "notice") return Notice{stream_of(map), map.text("code"), map.text("message")};
  if (type == "closed") return Closed{stream_of(map), map.text("reason")};
  if (type == "bye") return Bye{map.text("reason")};
  if (type == "error") return decode_error(map);
  throw Malformed("its type is unknown to this version");
}

}  // namespace

std::optional<DaemonMessage> decode(const void* header, size_t bytes, std::string* problem) noexcept {
  try {
    if (bytes > kMostHeaderBytes) throw Malformed("the header is longer than 65,536 bytes");
    const msgpack::unpack_limit limit(kMostArrayItems, kMostMapItems, kMostControlTextBytes, kMostHeaderBytes,
                                      kMostHeaderBytes, kMostHeaderDepth);
    const auto refer = [](msgpack::type::object_type, std::size_t, void*) { return true; };
    size_t used = 0;
    bool is_referenced = false;
    const msgpack::object_handle handle =
        msgpack::unpack(static_cast<const char*>(header), bytes, used, is_referenced, refer, nullptr, limit);
    if (used != bytes) throw Malformed("bytes follow the header's map");
    check(handle.get());
    return decode_map(Map(handle.get(), "the header"));
  } catch (const std::exception& error) {
    *problem = error.what();
  } catch (...) {
    *problem = "the header is not msgpack";
  }
  return std::nullopt;
}

}  // namespace lsd
