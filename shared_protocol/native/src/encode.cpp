#include "encode.h"

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

#include <string_view>

#include "channel/transports.h"
#include "frame_layout.h"
#include "map_writer.h"

namespace lsd {
namespace {

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

void write_slot(MapWriter& writer, const lsd_slot& slot) {
  const auto has = [&](lsd_slot_flags flag) { return (slot.flags & flag) != 0; };
  writer.item_map(2u + has(LSD_SLOT_HAS_STRENGTH) + has(LSD_SLOT_HAS_TRANSFORM) + has(LSD_SLOT_HAS_PREVIOUS));
  writer.put("slot", int64_t{slot.slot});
  writer.put("class", class_name(slot.object_class));
  if (has(LSD_SLOT_HAS_STRENGTH)) writer.put("strength", slot.strength);
  if (has(LSD_SLOT_HAS_TRANSFORM)) writer.put("world_from_object", slot.world_from_object, 12);
  if (has(LSD_SLOT_HAS_PREVIOUS)) writer.put("previous_world_from_object", slot.previous_world_from_object, 12);
}

std::string encode_stream_only(std::string_view type, int32_t stream) {
  MapWriter writer(type, 1);
  writer.put("stream", int64_t{stream});
  return writer.take();
}

}  // namespace

std::string encode_hello(const Hello& hello) {
  MapWriter writer("hello", hello.token.empty() ? 3 : 4);
  writer.array("protocol", 2);
  writer.item(int64_t{LSD_PROTOCOL_MAJOR});
  writer.item(int64_t{LSD_PROTOCOL_MINOR});
  writer.map("client", 5);
  writer.put("name", hello.name);
  writer.put("version", std::string_view(lsd_version()));
  writer.put("engine", hello.engine);
  writer.put("platform", platform_name());
  writer.put("pid", process_id());
  writer.array("capabilities", kTransports.size());
  for (const Transport* transport : kTransports) writer.item(transport->name);
  if (!hello.token.empty()) writer.put("token", hello.token);
  return writer.take();
}

std::string encode_open(const Open& open) {
  MapWriter writer("open", 8);
  writer.put("stream", int64_t{open.stream});
  writer.put("model", open.model);
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
  writer.array("transport", open.offers.size());
  for (const Open::Offer& offer : open.offers) {
    writer.item_map(1 + offer.keys->keys());
    writer.put("name", offer.transport);
    offer.keys->write(writer);
  }
  writer.put("max_steps", int64_t{open.max_steps});
  writer.put("seed", int64_t{open.seed});
  writer.put("fps", open.fps);
  return writer.take();
}

std::string encode_frame(int32_t stream, const FrameInfo& frame, const std::optional<SlotReference>& slot,
                         const std::vector<const lsd_slot*>& changed) {
  MapWriter writer("frame", 4 + (slot ? 2 : 0) + (frame.camera ? 1 : 0) + (frame.sun ? 1 : 0) +
                                (changed.empty() ? 0 : 1) + (frame.reset ? 1 : 0));
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
  if (!changed.empty()) {
    writer.array("slots", changed.size());
    for (const lsd_slot* each : changed) write_slot(writer, *each);
  }
  if (frame.reset) writer.put_flag("reset", true);
  return writer.take();
}

std::string encode_control(int32_t stream, const Control& control) {
  MapWriter writer("control", 4);
  writer.put("stream", int64_t{stream});
  writer.put("control_seq", control.control_seq);
  writer.map("values", static_cast<uint32_t>(control.values.size()));
  for (const auto& [name, value] : control.values) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      writer.put(name, *text);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      writer.put(name, *number);
    } else if (const auto* fraction = std::get_if<float>(&value)) {
      writer.put(name, *fraction);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      writer.put_flag(name, *flag);
    } else if (const auto* floats = std::get_if<std::vector<float>>(&value)) {
      writer.put(name, floats->data(), floats->size());
    }
  }
  writer.put("transition_s", control.transition_s);
  return writer.take();
}

std::string encode_reset(int32_t stream) { return encode_stream_only("reset", stream); }

std::string encode_close(int32_t stream) { return encode_stream_only("close", stream); }

std::string encode_bye() { return MapWriter("bye", 0).take(); }

std::string encode_ping(int64_t t_ns) {
  MapWriter writer("ping", 1);
  writer.put("t_ns", t_ns);
  return writer.take();
}

}  // namespace lsd
