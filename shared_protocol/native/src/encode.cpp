#include "encode.h"

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

#include <msgpack.hpp>
#include <string_view>

#include "frame_layout.h"

namespace lsd {
namespace {

// msgpack::packer writes into anything with write(); a std::string saves the copy out of msgpack's own buffer.
struct StringSink {
  std::string text;
  void write(const char* bytes, size_t count) { text.append(bytes, count); }
};

class Writer {
 public:
  Writer(std::string_view type, uint32_t keys) : packer_(sink_) {
    sink_.text.reserve(512);
    packer_.pack_map(keys + 1);
    put("t", type);
  }

  void map(std::string_view name, uint32_t keys) {
    key(name);
    packer_.pack_map(keys);
  }
  void array(std::string_view name, size_t count) {
    key(name);
    packer_.pack_array(static_cast<uint32_t>(count));
  }
  void item(std::string_view text) { key(text); }
  void item(int64_t value) { packer_.pack_int64(value); }
  void item_map(uint32_t keys) { packer_.pack_map(keys); }

  void put(std::string_view name, std::string_view text) {
    key(name);
    key(text);
  }
  void put(std::string_view name, int64_t value) {
    key(name);
    packer_.pack_int64(value);
  }
  void put_unsigned(std::string_view name, uint64_t value) {
    key(name);
    packer_.pack_uint64(value);
  }
  void put(std::string_view name, float value) {
    key(name);
    packer_.pack_float(value);
  }
  void put(std::string_view name, bool value) {
    key(name);
    value ? packer_.pack_true() : packer_.pack_false();
  }
  void put(std::string_view name, const float* values, size_t count) {
    array(name, count);
    for (size_t i = 0; i < count; ++i) packer_.pack_float(values[i]);
  }

  std::string take() { return std::move(sink_.text); }

 private:
  void key(std::string_view text) {
    packer_.pack_str(static_cast<uint32_t>(text.size()));
    packer_.pack_str_body(text.data(), static_cast<uint32_t>(text.size()));
  }

  StringSink sink_;
  msgpack::packer<StringSink> packer_;
};

constexpr std::string_view platform_name() {
#if defined(_WIN32)
  return "windows";
#elif defined(__APPLE__)
  return "macos";
#else
  return "linux";
#endif
}

int64_t process_id() {
#if defined(_WIN32)
  return _getpid();
#else
  return getpid();
#endif
}

void write_slot(Writer& writer, const lsd_slot& slot) {
  const auto has = [&](lsd_slot_flags flag) { return (slot.flags & flag) != 0; };
  writer.item_map(2u + has(LSD_SLOT_HAS_STRENGTH) + has(LSD_SLOT_HAS_TRANSFORM) + has(LSD_SLOT_HAS_PREVIOUS));
  writer.put("slot", int64_t{slot.slot});
  writer.put("class", std::string_view(class_name(slot.object_class)));
  if (has(LSD_SLOT_HAS_STRENGTH)) writer.put("strength", slot.strength);
  if (has(LSD_SLOT_HAS_TRANSFORM)) writer.put("world_from_object", slot.world_from_object, 12);
  if (has(LSD_SLOT_HAS_PREVIOUS)) writer.put("previous_world_from_object", slot.previous_world_from_object, 12);
}

std::string encode_stream_only(std::string_view type, int32_t stream) {
  Writer writer(type, 1);
  writer.put("stream", int64_t{stream});
  return writer.take();
}

}  // namespace

std::string encode_hello(const Hello& hello) {
  Writer writer("hello", hello.token.empty() ? 3 : 4);
  writer.array("protocol", 2);
  writer.item(int64_t{LSD_PROTOCOL_MAJOR});
  writer.item(int64_t{LSD_PROTOCOL_MINOR});
  writer.map("client", 5);
  writer.put("name", std::string_view(hello.name));
  writer.put("version", std::string_view(lsd_version()));
  writer.put("engine", std::string_view(hello.engine));
  writer.put("platform", platform_name());
  writer.put("pid", process_id());
  writer.array("capabilities", hello.capabilities.size());
  for (const std::string& capability : hello.capabilities) writer.item(capability);
  if (!hello.token.empty()) writer.put("token", std::string_view(hello.token));
  return writer.take();
}

std::string encode_open(const Open& open) {
  Writer writer("open", 8);
  writer.put("stream", int64_t{open.stream});
  writer.put("model", std::string_view(open.model));
  writer.array("planes", open.planes.size());
  for (const lsd_plane_desc& plane : open.planes) {
    writer.item_map(4);
    writer.put("name", plane_name(plane.plane));
    writer.put("format", format_name(plane.format));
    writer.put("width", int64_t{open.width});
    writer.put("height", int64_t{open.height});
  }
  writer.map("output", 4);
  writer.put("format", format_name(open.output_format));
  writer.put("width", int64_t{open.output_width});
  writer.put("height", int64_t{open.output_height});
  writer.put("alpha", std::string_view(open.output_alpha == LSD_ALPHA_ENGINE ? "engine" : "opaque"));
  writer.array("transport", open.transports.size());
  for (const TransportOffer& offer : open.transports) {
    writer.item_map(1 + (offer.ring ? 1 : 0) + (offer.cuda ? 3 : 0));
    writer.put("name", std::string_view(offer.name));
    if (offer.cuda) {
      writer.put("device", std::string_view(offer.cuda->device));
      writer.put("memory", std::string_view(offer.cuda->memory));
      writer.array("events", offer.cuda->events.size());
      for (const std::string& event : offer.cuda->events) writer.item(event);
    }
    if (!offer.ring) continue;
    writer.map("ring", 4);
    writer.put("name", std::string_view(offer.ring->name));
    writer.put_unsigned("bytes", offer.ring->bytes);
    writer.put("slots", int64_t{offer.ring->slots});
    writer.put_unsigned("slot_stride", offer.ring->slot_stride);
  }
  writer.put("max_steps", int64_t{open.max_steps});
  writer.put("seed", int64_t{open.seed});
  writer.put("fps", open.fps);
  return writer.take();
}

std::string encode_frame(int32_t stream, const FrameInfo& frame, const SlotTable& slots,
                         const std::optional<SlotReference>& slot) {
  Writer writer("frame", 4 + (slot ? 2 : 0) + (frame.camera ? 1 : 0) + (frame.sun ? 1 : 0) + (slots.empty() ? 0 : 1) +
                             (frame.reset ? 1 : 0));
  writer.put("stream", int64_t{stream});
  writer.put("seq", frame.seq);
  writer.put("t_capture_ns", frame.t_capture_ns);
  writer.put("t_submit_ns", frame.t_submit_ns);
  if (slot) {
    writer.put_unsigned("slot", slot->slot);
    writer.put_unsigned("slot_seq", slot->slot_seq);
  }
  if (frame.camera) {
    writer.map("camera", 5);
    writer.put("view", frame.camera->view, 16);
    writer.put("projection", frame.camera->projection, 16);
    writer.put("near", frame.camera->near_plane);
    writer.put("far", frame.camera->far_plane);
    writer.put("jitter", frame.camera->jitter, 2);
  }
  if (frame.sun) {
    writer.map("sun", 2);
    writer.put("direction", frame.sun->direction, 3);
    writer.put("color", frame.sun->color, 3);
  }
  if (!slots.empty()) {
    writer.array("slots", slots.size());
    for (const lsd_slot& each : slots) write_slot(writer, each);
  }
  if (frame.reset) writer.put("reset", true);
  return writer.take();
}

std::string encode_control(int32_t stream, const Control& control) {
  Writer writer("control", 4);
  writer.put("stream", int64_t{stream});
  writer.put("control_seq", control.control_seq);
  writer.map("values", static_cast<uint32_t>(control.values.size()));
  for (const auto& [name, value] : control.values) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      writer.put(name, std::string_view(*text));
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      writer.put(name, *number);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      writer.put(name, *flag);
    } else if (const auto* real = std::get_if<float>(&value)) {
      writer.put(name, *real);
    } else if (const auto* floats = std::get_if<std::vector<float>>(&value)) {
      writer.put(name, floats->data(), floats->size());
    }
  }
  writer.put("transition_s", control.transition_s);
  return writer.take();
}

std::string encode_reset(int32_t stream) { return encode_stream_only("reset", stream); }

std::string encode_close(int32_t stream) { return encode_stream_only("close", stream); }

std::string encode_bye() { return Writer("bye", 0).take(); }

std::string encode_ping(int64_t t_ns) {
  Writer writer("ping", 1);
  writer.put("t_ns", t_ns);
  return writer.take();
}

}  // namespace lsd
