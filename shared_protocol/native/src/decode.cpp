#include "decode.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <msgpack.hpp>
#include <string_view>

#include "channel/transports.h"
#include "map_reader.h"
#include "utf8.h"

namespace lsd {
namespace {

constexpr size_t kMostStages = 64;
constexpr int64_t kLargestStream = 2'147'483'647;
constexpr int64_t kLargestSeed = 2'147'483'647;
constexpr double kLargestFloat = std::numeric_limits<float>::max();
constexpr float kShortestDirection = 1e-6f;

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
      if (!(std::abs(object.via.f64) <= kLargestFloat)) throw Malformed("a number is not finite or beyond a float32's");
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

int64_t stream_of(const MapReader& map) { return map.integer("stream", 1, kLargestStream); }

// A monotonic clock may begin anywhere.
int64_t time_of(const MapReader& map, std::string_view key) {
  return map.integer(key, std::numeric_limits<int64_t>::min(), kMostInt);
}

float float_of(const MapReader& map, std::string_view key, float least, float most) {
  // Compared as a float32: a float64's 0.1 is not below a float32's.
  const auto value = static_cast<float>(map.number(key));
  if (value < least || value > most) throw Malformed(std::string(key) + " is out of range");
  return value;
}

std::array<float, 3> three_floats(const MapReader& map, std::string_view key) {
  const msgpack::object_array& items = map.array(key);
  std::array<float, 3> values;
  if (items.size != values.size()) throw Malformed(std::string(key) + " does not have three numbers");
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(number_of(items.ptr[i], key));
  return values;
}

void decode_choice(const MapReader& map, ControlSpec* spec) {
  const msgpack::object_array& values = map.array("values");
  for (uint32_t i = 0; i < values.size; ++i) {
    const msgpack::object& value = values.ptr[i];
    if (value.type != msgpack::type::STR || value.via.str.size > kMostStringBytes) {
      throw Malformed("values holds something that is not a string of at most 1,024 bytes");
    }
    spec->choices.emplace_back(text_of(value));
  }
  spec->default_text = map.text("default");
  if (std::find(spec->choices.begin(), spec->choices.end(), spec->default_text) == spec->choices.end()) {
    throw Malformed("default is not one of values");
  }
}

void decode_text(const MapReader& map, ControlSpec* spec) {
  spec->max_bytes = static_cast<int32_t>(map.integer("max_bytes", 0, std::numeric_limits<int32_t>::max()));
  spec->default_text = map.text("default", static_cast<size_t>(spec->max_bytes));
}

void decode_number(const MapReader& map, ControlSpec* spec) {
  constexpr auto largest = static_cast<float>(kLargestFloat);
  spec->minimum = float_of(map, "min", -largest, largest);
  spec->maximum = float_of(map, "max", spec->minimum, largest);
  spec->default_values[0] = float_of(map, "default", spec->minimum, spec->maximum);
  if (map.find("unit") != nullptr) spec->unit = map.text("unit");
}

void decode_direction(const MapReader& map, ControlSpec* spec) {
  spec->has_default = map.find("default") != nullptr;
  if (!spec->has_default) return;
  spec->default_values = three_floats(map, "default");
  const auto& [x, y, z] = spec->default_values;
  if (std::hypot(x, y, z) < kShortestDirection) throw Malformed("default is not a direction");
}

void decode_color(const MapReader& map, ControlSpec* spec) {
  spec->default_values = three_floats(map, "default");
  for (const float channel : spec->default_values) {
    if (channel < 0 || channel > 1) throw Malformed("default is not a color");
  }
}

void decode_flag(const MapReader& map, ControlSpec* spec) { spec->default_values[0] = map.boolean("default") ? 1 : 0; }

void decode_seed(const MapReader& map, ControlSpec* spec) {
  spec->default_seed = map.integer("default", 0, kLargestSeed);
}

struct ControlKind {
  std::string_view name;
  lsd_control_kind kind;
  void (*decode)(const MapReader& map, ControlSpec* spec);
};
constexpr ControlKind kControlKinds[] = {
    {"choice", LSD_CONTROL_CHOICE, decode_choice}, {"text", LSD_CONTROL_TEXT, decode_text},
    {"number", LSD_CONTROL_NUMBER, decode_number}, {"direction", LSD_CONTROL_DIRECTION, decode_direction},
    {"color", LSD_CONTROL_COLOR, decode_color},    {"flag", LSD_CONTROL_FLAG, decode_flag},
    {"seed", LSD_CONTROL_SEED, decode_seed},
};

/// Nothing for a control of a kind that a later version brought: a panel can do without it.
std::optional<ControlSpec> decode_control(const MapReader& map) {
  const std::string name = map.text("kind");
  const auto* kind = std::find_if(std::begin(kControlKinds), std::end(kControlKinds),
                                  [&](const auto& each) { return each.name == name; });
  if (kind == std::end(kControlKinds)) return std::nullopt;
  ControlSpec spec;
  spec.kind = kind->kind;
  spec.name = map.text("name", kMostControlNameBytes);
  spec.help = map.text("help");
  spec.takes_transition = map.boolean("transition");
  kind->decode(map, &spec);
  return spec;
}

std::vector<Model> decode_models(const MapReader& map) {
  const msgpack::object_array& models = map.array("models");
  std::vector<Model> decoded;
  for (uint32_t i = 0; i < models.size; ++i) {
    const MapReader each(models.ptr[i], "models");
    Model model{each.text("name"), {}};
    each.array("planes");
    const msgpack::object_array& controls = each.array("controls");
    for (uint32_t k = 0; k < controls.size; ++k) {
      if (auto spec = decode_control(MapReader(controls.ptr[k], "controls"))) {
        model.controls.push_back(std::move(*spec));
      }
    }
    decoded.push_back(std::move(model));
  }
  return decoded;
}

void check_limits(const MapReader& limits) {
  for (const char* name : {"max_streams", "max_width", "max_height", "max_header_bytes", "max_payload_bytes"}) {
    limits.integer(name, 1, kMostInt);
  }
  limits.number("idle_timeout_s");
}

DaemonMessage decode_welcome(const MapReader& map) {
  const msgpack::object_array& protocol = map.array("protocol");
  if (protocol.size != 2) throw Malformed("protocol is not [major, minor]");
  Welcome welcome;
  welcome.protocol_major = integer_of(protocol.ptr[0], "protocol", 0, kMostInt);
  welcome.protocol_minor = integer_of(protocol.ptr[1], "protocol", 0, kMostInt);
  welcome.session = map.text("session");
  const MapReader server = map.map("server");
  welcome.server = server.text("name") + " " + server.text("version");
  map.array("capabilities");
  check_limits(map.map("limits"));
  welcome.models = decode_models(map);
  return welcome;
}

DaemonMessage decode_opened(const MapReader& map) {
  Opened opened;
  opened.stream = stream_of(map);
  const msgpack::object& answer = map.at("transport");
  const MapReader chosen(answer, "transport");
  opened.transport = chosen.text("name");
  if (const Transport* transport = find_transport(opened.transport)) transport->check(chosen);
  msgpack::sbuffer bytes;
  msgpack::pack(bytes, answer);
  opened.answer.assign(bytes.data(), bytes.size());
  if (map.find("refused") != nullptr) {
    const msgpack::object_array& refused = map.array("refused");
    for (uint32_t i = 0; i < refused.size; ++i) {
      const MapReader each(refused.ptr[i], "refused");
      opened.refused.push_back({each.text("name"), each.text("reason")});
    }
  }
  return opened;
}

DaemonMessage decode_progress(const MapReader& map) {
  Progress progress;
  progress.stream = map.optional_integer("stream", 1, kLargestStream);
  progress.what = map.text("what");
  progress.fraction = float_of(map, "fraction", 0, 1);
  return progress;
}

DaemonMessage decode_result(const MapReader& map) {
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
  const MapReader timings = map.map("timings_us");
  if (timings.pairs().size > kMostStages) throw Malformed("timings_us has too many stages");
  for (uint32_t i = 0; i < timings.pairs().size; ++i) {
    const auto& [stage, micros] = timings.pairs().ptr[i];
    result.timings_us.emplace_back(text_of(stage), integer_of(micros, "timings_us", 0, kMostInt));
  }
  result.dropped = map.integer("dropped", 0, kMostInt);
  result.control_seq = map.integer("control_seq", 0, kMostInt);
  return result;
}

DaemonMessage decode_error(const MapReader& map) {
  ErrorReply error;
  error.code = map.text("code");
  error.message = map.text("message");
  error.is_fatal = map.boolean("fatal");
  error.stream = map.optional_integer("stream", 1, kLargestStream);
  if (map.find("stream_closed") != nullptr) error.stream_is_closed = map.boolean("stream_closed");
  error.control_seq = map.optional_integer("control_seq", 0, kMostInt);
  return error;
}

DaemonMessage decode_map(const MapReader& map) {
  const std::string type = map.text("t");
  if (type == "result") return decode_result(map);
  if (type == "pong") {
    time_of(map, "t_daemon_ns");
    const MapReader stats = map.map("stats");
    for (const char* name : {"streams", "frames", "dropped"}) stats.integer(name, 0, kMostInt);
    stats.number("fps");
    return Pong{time_of(map, "t_ns")};
  }
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
    const msgpack::unpack_limit limit(kMostElements, kMostElements, kMostControlTextBytes, kMostHeaderBytes,
                                      kMostHeaderBytes, kMostHeaderDepth);
    const auto refer = [](msgpack::type::object_type, std::size_t, void*) { return true; };
    size_t used = 0;
    bool is_referenced = false;
    const msgpack::object_handle handle =
        msgpack::unpack(static_cast<const char*>(header), bytes, used, is_referenced, refer, nullptr, limit);
    if (used != bytes) throw Malformed("bytes follow the header's map");
    check(handle.get());
    return decode_map(MapReader(handle.get(), "the header"));
  } catch (const std::exception& error) {
    *problem = error.what();
  } catch (...) {
    *problem = "the header is not msgpack";
  }
  return std::nullopt;
}

}  // namespace lsd
