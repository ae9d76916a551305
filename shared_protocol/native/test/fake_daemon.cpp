#include "fake_daemon.h"

#include <zmq.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "clock.h"
#include "frame_layout.h"
#include "shading_shape.h"

namespace lsd {
namespace {

using Packer = msgpack::packer<msgpack::sbuffer>;

void pack_text(Packer& packer, const std::string& key, const std::string& text) {
  packer.pack(key);
  packer.pack(text);
}

void pack_integer(Packer& packer, const std::string& key, int64_t value) {
  packer.pack(key);
  packer.pack(value);
}

void pack_shape(Packer& packer, const std::string& shape) {
  pack_text(packer, "shape", shape);
  pack_integer(packer, "version", kShapeVersion);
}

void pack_floats(Packer& packer, const std::string& key, size_t count) {
  packer.pack(key);
  packer.pack(std::vector<float>(count, 0.5f));
}

std::string halves(size_t count, uint16_t half) {
  std::string bytes(count * sizeof half, '\0');
  for (size_t i = 0; i < count; ++i) std::memcpy(&bytes[i * sizeof half], &half, sizeof half);
  return bytes;
}

std::map<std::string, msgpack::object> map_of(const msgpack::object& object) {
  return object.as<std::map<std::string, msgpack::object>>();
}

constexpr uint32_t kResultSlots = 4;

}  // namespace

FakeDaemon::FakeDaemon() : FakeDaemon(Options{}) {}

FakeDaemon::FakeDaemon(Options options) : options_(std::move(options)), context_(zmq_ctx_new()) {
  socket_ = zmq_socket(context_, ZMQ_ROUTER);
  const int zero = 0;
  zmq_setsockopt(socket_, ZMQ_LINGER, &zero, sizeof zero);
  if (zmq_bind(socket_, options_.endpoint.c_str()) != 0) throw std::runtime_error("bind " + options_.endpoint);
  char endpoint[256];
  size_t length = sizeof endpoint;
  zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, endpoint, &length);
  endpoint_ = endpoint;
  thread_ = std::thread([this] { run(); });
}

FakeDaemon::~FakeDaemon() {
  stop_ = true;
  thread_.join();
  zmq_close(socket_);
  zmq_ctx_term(context_);
}

int FakeDaemon::count(const std::string& type) const { return static_cast<int>(received(type).size()); }

std::vector<msgpack::object_handle> FakeDaemon::received(const std::string& type) const {
  const std::lock_guard lock(mutex_);
  std::vector<msgpack::object_handle> found;
  for (const auto& [each, header] : received_) {
    if (each == type) found.push_back(msgpack::unpack(header.data(), header.size()));
  }
  return found;
}

void FakeDaemon::run() {
  while (!stop_) {
    zmq_pollitem_t item{socket_, 0, ZMQ_POLLIN, 0};
    zmq_poll(&item, 1, 5);
    if (is_hanging_ || (item.revents & ZMQ_POLLIN) == 0) continue;
    std::vector<std::string> parts;
    int more = 1;
    while (more != 0) {
      zmq_msg_t part;
      zmq_msg_init(&part);
      if (zmq_msg_recv(&part, socket_, ZMQ_DONTWAIT) < 0) break;
      parts.emplace_back(static_cast<const char*>(zmq_msg_data(&part)), zmq_msg_size(&part));
      more = zmq_msg_more(&part);
      zmq_msg_close(&part);
    }
    if (parts.size() >= 2) answer(parts[0], parts[1], parts.size() > 2 ? parts[2] : std::string());
  }
}

void FakeDaemon::answer(const std::string& peer, const std::string& header, const std::string& payload) {
  const msgpack::object_handle handle = msgpack::unpack(header.data(), header.size());
  Keys keys = map_of(handle.get());
  const auto type = keys["t"].as<std::string>();
  {
    const std::lock_guard lock(mutex_);
    received_.emplace_back(type, header);
  }
  if (type == "hello") {
    answer_hello(peer);
  } else if (!greeted_[peer]) {
    send_error(peer, "hello_required", false, 0);
  } else if (type == "open") {
    answer_open(peer, keys);
  } else if (type == "frame") {
    answer_frame(peer, keys, payload);
  } else if (type == "control") {
    if (options_.refused_control == keys["control_seq"].as<int64_t>()) {
      send_error(peer, "bad_control", false, keys["stream"].as<int64_t>(), options_.refused_control);
    }
  } else if (type == "close") {
    streams_.erase({peer, keys["stream"].as<int64_t>()});
  } else if (type == "ping") {
    msgpack::sbuffer buffer;
    Packer packer(buffer);
    packer.pack_map(4);
    pack_text(packer, "t", "pong");
    pack_integer(packer, "t_ns", keys["t_ns"].as<int64_t>());
    pack_integer(packer, "t_daemon_ns", now_ns());
    packer.pack("stats");
    packer.pack_map(4);
    for (const char* name : {"streams", "frames", "dropped", "fps"}) pack_integer(packer, name, 0);
    send(peer, buffer);
  }
}

void FakeDaemon::answer_hello(const std::string& peer) {
  if (!options_.refusal.empty()) return send_error(peer, options_.refusal, true, 0);
  if (options_.tells_progress) send_progress(peer, 0, 0.5f);
  if (!options_.answers_hello) return;
  greeted_[peer] = true;
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  packer.pack_map(7);
  pack_text(packer, "t", "welcome");
  packer.pack("protocol");
  packer.pack(std::vector<int>{1, 0});
  pack_text(packer, "session", "s");
  packer.pack("server");
  packer.pack_map(4);
  pack_text(packer, "name", "stand-in");
  pack_text(packer, "version", "0");
  pack_integer(packer, "pid", 1);
  pack_text(packer, "host", "here");
  packer.pack("capabilities");
  packer.pack_array(0);
  packer.pack("limits");
  packer.pack_map(6);
  for (const char* name :
       {"max_streams", "max_width", "max_height", "max_header_bytes", "max_payload_bytes", "idle_timeout_s"}) {
    pack_integer(packer, name, 4096);
  }
  packer.pack("models");
  packer.pack_array(1);
  packer.pack_map(options_.shape.empty() ? 3 : 4);
  pack_text(packer, "name", "passthrough");
  if (!options_.shape.empty()) {
    packer.pack("context");
    packer.pack_map(2);
    pack_shape(packer, options_.shape);
  }
  packer.pack("planes");
  packer.pack(std::vector<std::string>{"color"});
  packer.pack("controls");
  packer.pack_array(2);
  packer.pack_map(6);
  pack_text(packer, "name", "scene");
  pack_text(packer, "kind", "choice");
  pack_text(packer, "help", "W\xC3\xA4hle.");
  packer.pack("transition");
  packer.pack(true);
  packer.pack("values");
  packer.pack(std::vector<std::string>{"forest", "city"});
  pack_text(packer, "default", "city");
  packer.pack_map(8);
  pack_text(packer, "name", "fog");
  pack_text(packer, "kind", "number");
  pack_text(packer, "help", "How far one sees.");
  packer.pack("transition");
  packer.pack(false);
  packer.pack("min");
  packer.pack(0.5);
  packer.pack("max");
  packer.pack(100);
  packer.pack("default");
  packer.pack(8.0);
  pack_text(packer, "unit", "m");
  send(peer, buffer);
}

void FakeDaemon::send_progress(const std::string& peer, int64_t stream, float fraction) {
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  packer.pack_map(stream != 0 ? 4 : 3);
  pack_text(packer, "t", "progress");
  pack_text(packer, "what", "preparing");
  packer.pack("fraction");
  packer.pack(fraction);
  if (stream != 0) pack_integer(packer, "stream", stream);
  send(peer, buffer);
}

void FakeDaemon::answer_open(const std::string& peer, Keys& keys) {
  const auto number = keys["stream"].as<int64_t>();
  if (!options_.open_error.empty()) return send_error(peer, options_.open_error, false, number);
  OpenStream stream;
  std::vector<lsd_plane_desc> planes;
  for (const auto& each : keys["planes"].as<std::vector<msgpack::object>>()) {
    auto plane = map_of(each);
    stream.width = plane["width"].as<int64_t>();
    stream.height = plane["height"].as<int64_t>();
    const auto name = plane["name"].as<std::string>();
    const auto format = plane["format"].as<std::string>();
    lsd_plane_desc desc{};
    while (plane_name(desc.plane) != name) ++desc.plane;
    while (format_name(desc.format) != format) ++desc.format;
    planes.push_back(desc);
  }
  const char* problem = nullptr;
  stream.frame_bytes = make_layout(static_cast<int32_t>(stream.width), static_cast<int32_t>(stream.height),
                                   planes.data(), static_cast<int32_t>(planes.size()), &problem)
                           ->bytes;
  auto output = map_of(keys["output"]);
  stream.output_width = output["width"].as<int64_t>();
  stream.output_height = output["height"].as<int64_t>();
  stream.has_contexts = output["format"].as<std::string>() == "context";
  auto offer = map_of(keys["transport"].as<std::vector<msgpack::object>>().at(0));
  std::string why;
  if (options_.maps_rings && offer["name"].as<std::string>() == "shared_memory") {
    auto ring = map_of(offer["ring"]);
    const RingDescription description{ring["name"].as<std::string>(), ring["bytes"].as<uint64_t>(),
                                      ring["slots"].as<uint32_t>(), ring["slot_stride"].as<uint64_t>()};
    stream.frames = RingReader::open(description, static_cast<uint32_t>(planes.size()), stream.frame_bytes, &why);
    stream.results = RingWriter::create(kResultSlots, 1, output_bytes(stream), &why);
  }
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  packer.pack_map(3u + !options_.refused_transport.empty() + (stream.has_contexts && !options_.shape.empty()));
  pack_text(packer, "t", "opened");
  pack_integer(packer, "stream", number);
  if (stream.has_contexts && !options_.shape.empty()) {
    const GridSize grid =
        context_grid(static_cast<int32_t>(stream.output_width), static_cast<int32_t>(stream.output_height));
    packer.pack("context");
    packer.pack_map(5);
    pack_shape(packer, options_.shape);
    pack_integer(packer, "width", grid.width);
    pack_integer(packer, "height", grid.height);
    pack_integer(packer, "channels", kShapeChannels);
  }
  packer.pack("transport");
  packer.pack_map(stream.results ? 2 : 1);
  pack_text(packer, "name", stream.results ? "shared_memory" : "inline");
  if (stream.results) {
    const RingDescription ring = stream.results->description();
    packer.pack("ring");
    packer.pack_map(4);
    pack_text(packer, "name", ring.name);
    pack_integer(packer, "bytes", static_cast<int64_t>(ring.bytes) + (options_.spoils_ring ? 4096 : 0));
    pack_integer(packer, "slots", ring.slots);
    pack_integer(packer, "slot_stride", static_cast<int64_t>(ring.slot_stride));
  }
  if (!options_.refused_transport.empty()) {
    packer.pack("refused");
    packer.pack_array(1);
    packer.pack_map(2);
    pack_text(packer, "name", options_.refused_transport);
    pack_text(packer, "reason", "The stand-in has none.");
  }
  streams_[{peer, number}] = std::move(stream);
  send(peer, buffer);
  if (options_.tells_progress) send_progress(peer, number, 0.25f);
}

size_t FakeDaemon::output_bytes(const OpenStream& stream) const {
  const auto width = static_cast<int32_t>(stream.output_width);
  const auto height = static_cast<int32_t>(stream.output_height);
  const auto bytes = static_cast<size_t>(stream.output_width * stream.output_height * 4);
  return align_up(stream.has_contexts ? context_bytes(width, height) : bytes, kPlaneAlignment);
}

/// Sends new weights with the first frame and after each control.
FakeDaemon::ContextAnswer FakeDaemon::context_answer(const std::string& peer, int64_t number, int64_t seq,
                                                     OpenStream& stream) {
  const GridSize grid =
      context_grid(static_cast<int32_t>(stream.output_width), static_cast<int32_t>(stream.output_height));
  ContextAnswer answer{options_.shape, grid.width, grid.height, kShapeChannels, 1 + count("control"), false, {}};
  answer.sends_weights = answer.weights_seq != stream.weights_seq;
  answer.weights = halves(kShapeWeights, static_cast<uint16_t>(0x3C00 + answer.weights_seq));
  stream.weights_seq = answer.weights_seq;
  if (options_.spoil_context) options_.spoil_context(seq, answer);
  if (!answer.sends_weights) return answer;
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  packer.pack_map(10);
  pack_text(packer, "t", "weights");
  pack_integer(packer, "stream", number);
  pack_integer(packer, "weights_seq", answer.weights_seq);
  pack_integer(packer, "control_seq", count("control"));
  pack_shape(packer, answer.shape);
  pack_floats(packer, "seed", 3);
  pack_floats(packer, "sun", 3);
  pack_floats(packer, "palette", LSD_PALETTE_NUMBERS);
  packer.pack("strength");
  packer.pack(0.25f);
  send(peer, buffer, answer.weights.empty() ? nullptr : &answer.weights);
  return answer;
}

void FakeDaemon::answer_frame(const std::string& peer, Keys& keys, const std::string& payload) {
  const auto number = keys["stream"].as<int64_t>();
  const auto found = streams_.find({peer, number});
  if (found == streams_.end()) return send_error(peer, "unknown_stream", false, number);
  OpenStream& stream = found->second;
  std::vector<std::byte> frame(stream.frame_bytes);
  if (stream.frames) {
    if (!stream.frames->read(keys["slot"].as<uint64_t>(), keys["slot_seq"].as<uint64_t>(), frame.data(),
                             frame.size())) {
      return;
    }
  } else {
    if (payload.size() != frame.size()) return send_error(peer, "bad_frame", false, number);
    std::memcpy(frame.data(), payload.data(), payload.size());
  }
  // The result: the first pixels of the input, or its beginning repeated.
  const size_t bytes = output_bytes(stream);
  std::string pixels(bytes, '\0');
  std::memcpy(pixels.data(), frame.data(), std::min(bytes, frame.size()));
  ContextAnswer context;
  if (stream.has_contexts) {
    const auto seq = keys["seq"].as<int64_t>();
    context = context_answer(peer, number, seq, stream);
    pixels = halves(bytes / sizeof(uint16_t), static_cast<uint16_t>(0x3C00 + seq % 256));
  }
  const bool says_context = stream.has_contexts && context.is_context;

  std::map<std::string, int64_t> values{{"stream", number}, {"dropped", 0}, {"control_seq", 0}};
  for (const char* name : {"seq", "t_capture_ns", "t_submit_ns"}) values[name] = keys[name].as<int64_t>();
  for (const char* name : {"t_receive_ns", "t_start_ns", "t_end_ns", "t_send_ns"}) values[name] = now_ns();
  for (const auto& control : received("control")) {
    values["control_seq"] = map_of(control.get())["control_seq"].as<int64_t>();
  }
  if (stream.results) {
    const uint32_t slot = stream.next_slot++ % kResultSlots;
    for (int i = options_.tears ? 2 : 1; i > 0; --i) {
      stream.results->begin_write(slot);
      std::memcpy(stream.results->frame(slot), pixels.data(), bytes);
      const uint64_t slot_seq = stream.results->end_write(slot, values["seq"]);
      if (values.find("slot_seq") == values.end()) values["slot_seq"] = static_cast<int64_t>(slot_seq);
    }
    values["slot"] = slot;
    pixels.clear();
  }
  if (options_.spoil) options_.spoil(values, pixels);
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  packer.pack_map(static_cast<uint32_t>(values.size()) + 2 + says_context);
  pack_text(packer, "t", "result");
  if (says_context) {
    packer.pack("context");
    packer.pack_map(4);
    pack_integer(packer, "width", context.width);
    pack_integer(packer, "height", context.height);
    pack_integer(packer, "channels", context.channels);
    pack_integer(packer, "weights_seq", context.weights_seq);
  }
  for (const auto& [name, value] : values) pack_integer(packer, name, value);
  packer.pack("timings_us");
  packer.pack_map(1);
  pack_integer(packer, "denoise", 1500);
  if (options_.sends_rubbish) {
    msgpack::sbuffer rubbish;
    rubbish.write("\xDD\xFF\xFF\xFF\xFF rubbish", 13);
    send(peer, rubbish);
    send(peer, rubbish, &payload);
  }
  send(peer, buffer, stream.results ? nullptr : &pixels);
  if (!options_.notice.empty()) {
    msgpack::sbuffer notice;
    Packer words(notice);
    words.pack_map(4);
    pack_text(words, "t", "notice");
    pack_integer(words, "stream", number);
    pack_text(words, "code", options_.notice);
    pack_text(words, "message", "The stand-in notices something.");
    send(peer, notice);
  }
}

void FakeDaemon::send_error(const std::string& peer, const std::string& code, bool is_fatal, int64_t stream,
                            int64_t control_seq) {
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  packer.pack_map(4u + (stream != 0) + (control_seq != 0));
  pack_text(packer, "t", "error");
  pack_text(packer, "code", code);
  pack_text(packer, "message", "The stand-in says " + code + ".");
  packer.pack("fatal");
  packer.pack(is_fatal);
  if (stream != 0) pack_integer(packer, "stream", stream);
  if (control_seq != 0) pack_integer(packer, "control_seq", control_seq);
  send(peer, buffer);
}

void FakeDaemon::send(const std::string& peer, const msgpack::sbuffer& header, const std::string* payload) {
  zmq_send(socket_, peer.data(), peer.size(), ZMQ_SNDMORE);
  zmq_send(socket_, header.data(), header.size(), payload != nullptr ? ZMQ_SNDMORE : 0);
  if (payload != nullptr) zmq_send(socket_, payload->data(), payload->size(), 0);
}

}  // namespace lsd
