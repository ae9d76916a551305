#include "stream_link.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>

#include "channel/registry.h"
#include "clock.h"
#include "encode.h"
#include "endpoint.h"

namespace lsd {
namespace {

bool is_grid(const ContextGrid& grid, const GridSize& wanted) {
  return grid.width == wanted.width && grid.height == wanted.height && grid.channels == kShapeChannels;
}

/// What speaks against a stream of contexts, as the end of a sentence; empty: nothing.
std::string problem_of(const std::optional<ContextStream>& context, const GridSize& wanted) {
  if (!context) return " has no contexts";
  if (!is_known_shape(context->shape)) {
    return " is shaded with " + context->shape.name.substr(0, 64) + ", version " +
           std::to_string(context->shape.version) + ", which this version does not know";
  }
  return is_grid(context->grid, wanted) ? "" : " has contexts of another grid than its shape";
}

}  // namespace

StreamLink::StreamLink(std::shared_ptr<Stream> stream, std::shared_ptr<Wakeup> wakeup)
    : stream_(std::move(stream)), wakeup_(std::move(wakeup)) {}

void StreamLink::open(int32_t number, Connection& connection, Log& log) {
  const StreamConfig& config = stream_->config();
  number_ = number;
  make_channels(connection.config().endpoint, log);
  if (offered_.empty()) {
    fail("The transport that was asked for cannot be had with " + connection.config().endpoint + ".", log);
    return;
  }
  Open message;
  for (const auto& channel : offered_) message.transports.push_back(channel->offer());
  message.stream = number_;
  message.model = config.model;
  for (int32_t i = 0; i < config.layout.plane_count; ++i) {
    message.planes.push_back({config.layout.planes[i].plane, config.layout.planes[i].format});
  }
  message.width = config.layout.width;
  message.height = config.layout.height;
  message.output_format = config.output_format;
  message.output_width = config.output_width;
  message.output_height = config.output_height;
  message.output_alpha = config.output_alpha;
  message.max_steps = config.max_steps;
  message.seed = config.seed;
  message.fps = config.fps;
  if (connection.send(encode_open(message))) {
    phase_ = Phase::opening;
  } else {
    offered_.clear();
  }
}

void StreamLink::make_channels(const std::string& endpoint, Log& log) {
  const StreamConfig& config = stream_->config();
  const ChannelSizes sizes{config.layout.bytes, static_cast<uint32_t>(config.layout.plane_count), config.output_bytes(),
                           config.cuda};
  offered_.clear();
  for (const ChannelKind& kind : channel_kinds()) {
    const bool is_wanted = config.transport == LSD_TRANSPORT_AUTO || config.transport == kind.transport;
    if (!is_wanted || (kind.needs_same_host && !is_same_host(endpoint))) continue;
    if (kind.needs_device && config.cuda == nullptr) continue;
    if (useless_.count(std::string(kind.name)) != 0) continue;
    std::string why;
    if (auto channel = kind.make(sizes, &why)) {
      offered_.push_back(std::move(channel));
    } else {
      log.once(LSD_LOG_WARNING, problem(kind.name), why + " Frames go another way instead.");
    }
  }
}

void StreamLink::on_opened(const Opened& opened, Connection& connection, Log& log) {
  if (phase_ != Phase::opening) return;
  try {
    take_transport(opened, connection, log);
  } catch (const std::bad_alloc&) {
    close(connection);
    fail("There is not enough memory for the stream's frames.", log);
  }
}

void StreamLink::take_transport(const Opened& opened, Connection& connection, Log& log) {
  const StreamConfig& config = stream_->config();
  const std::string& name = opened.transport.name;
  const auto chosen = std::find_if(offered_.begin(), offered_.end(),
                                   [&](const auto& channel) { return channel->offer().name == name; });
  if (chosen == offered_.end()) {
    close(connection);
    fail("The daemon chose the transport " + name.substr(0, 64) + ", which was not offered.", log);
    return;
  }
  for (const RefusedTransport& refused : opened.refused) {
    log.once(LSD_LOG_WARNING, problem("refused " + refused.name),
             "The daemon refused " + refused.name + ": " + refused.reason);
  }
  if (config.has_contexts()) {
    const std::string problem = problem_of(opened.context, context_grid(config.output_width, config.output_height));
    if (!problem.empty()) {
      close(connection);
      fail("The model " + config.model.substr(0, 64) + problem + "; open the stream for pictures.", log);
      return;
    }
  }
  std::unique_ptr<FrameChannel> channel = std::move(*chosen);
  offered_.clear();
  std::string why;
  if (!channel->connect(opened.transport, &why)) {
    close(connection);
    if (config.transport != LSD_TRANSPORT_AUTO) {
      fail(why, log);
      return;
    }
    log.once(LSD_LOG_WARNING, problem(name), why + " Frames go another way instead.");
    release();
    useless_.insert(name);
    phase_ = Phase::pending;
    return;
  }
  outbox_ = std::make_shared<Outbox>(std::move(channel));
  sent_slots_.forget();
  if (config.has_contexts()) {
    if (!stream_->contexts().is_allocated()) stream_->contexts().allocate(config.output_bytes());
  } else if (!stream_->inbox().is_allocated()) {
    stream_->inbox().allocate(config.output_bytes(), config.cuda);
  }
  phase_ = Phase::open;
  log.forget(problem("open"));
  stream_->take_reset();  // its state starts empty
  stream_->controls().replay();
  stream_->set_last_error("");
  stream_->attach(outbox_);
  log.write(LSD_LOG_INFO, "Stream " + std::to_string(number_) + " is open (" + name + ").");
}

void StreamLink::on_result(const Result& result, Incoming& incoming, Log& log) {
  if (phase_ != Phase::open) return;
  stream_->count_result(result, now_ns());
  stream_->controls().confirm(result.control_seq);
  stream_->config().has_contexts() ? take_context(result, incoming, log) : take_picture(result, incoming, log);
}

bool StreamLink::read(const Result& result, Incoming& incoming, std::byte* target, Log& log) {
  std::string why;
  switch (read_to(target, result, incoming, &why)) {
    case FrameChannel::Read::ok:
      stream_->progress().clear();
      return true;
    case FrameChannel::Read::torn:  // normal when this thread was late, so there is nothing to say about it
      stream_->count_dropped_result();
      return false;
    case FrameChannel::Read::wrong:
      refuse_result(why, log);
      return false;
  }
  return false;
}

FrameChannel::Read StreamLink::read_to(std::byte* target, const Result& result, Incoming& incoming,
                                       std::string* problem) {
  const StreamConfig& config = stream_->config();
  FrameChannel& channel = outbox_->channel();
  if (config.cuda == nullptr || channel.is_on_device()) return channel.read_result(result, incoming, target, problem);
  if (host_pixels_ == nullptr) host_pixels_ = make_buffer(config.output_bytes());
  const FrameChannel::Read read = channel.read_result(result, incoming, host_pixels_.get(), problem);
  if (read != FrameChannel::Read::ok) return read;
  const bool is_up = config.cuda->upload_result(target, host_pixels_.get(), config.output_bytes(), problem);
  return is_up ? read : FrameChannel::Read::wrong;
}

void StreamLink::take_picture(const Result& result, Incoming& incoming, Log& log) {
  IncomingFrame& frame = stream_->inbox().back();
  if (!read(result, incoming, frame.pixels.get(), log)) return;
  frame.seq = result.seq;
  frame.control_seq = result.control_seq;
  frame.t_capture_ns = result.t_capture_ns;
  frame.t_submit_ns = result.t_submit_ns;
  frame.t_receive_ns = result.t_receive_ns;
  frame.t_start_ns = result.t_start_ns;
  frame.t_end_ns = result.t_end_ns;
  frame.t_send_ns = result.t_send_ns;
  if (stream_->inbox().publish()) stream_->count_dropped_result();
}

void StreamLink::take_context(const Result& result, Incoming& incoming, Log& log) {
  const StreamConfig& config = stream_->config();
  const GridSize grid = context_grid(config.output_width, config.output_height);
  if (!result.context || !is_grid(result.context->grid, grid)) {
    return refuse_result("The daemon's result is not a context of the stream's grid.", log);
  }
  if (weights_ == nullptr || result.context->weights_seq != weights_->seq) {
    return refuse_result("The daemon's context goes with weights that did not come.", log);
  }
  IncomingContext& context = stream_->contexts().back();
  if (!read(result, incoming, context.values.get(), log)) return;
  if (!are_halves_finite(context.values.get(), config.output_bytes() / sizeof(uint16_t))) {
    return refuse_result("The daemon's context holds a number that is not finite.", log);
  }
  context.times = result;
  context.seq = result.seq;
  context.control_seq = result.control_seq;
  context.camera = stream_->camera_of(result.seq);
  if (!context.camera) context.camera = result.context->camera;
  context.weights = weights_;
  if (stream_->contexts().publish()) stream_->count_dropped_result();
}

void StreamLink::on_weights(const Weights& weights, Incoming& incoming, Log& log) {
  if (phase_ != Phase::open || !stream_->config().has_contexts()) return;
  const size_t bytes = kShapeWeights * sizeof(uint16_t);
  if (!is_known_shape(weights.shape) || incoming.parts() != 2 || incoming.payload_bytes() != bytes ||
      !are_halves_finite(incoming.payload(), kShapeWeights)) {
    return refuse_result("The daemon's weights are not those of the stream's shape, or not finite.", log);
  }
  if (weights_ != nullptr && weights.weights_seq <= weights_->seq) {
    return refuse_result("The daemon's weights have a number that does not rise.", log);
  }
  auto taken = std::make_shared<ShadingWeights>();
  taken->seq = weights.weights_seq;
  taken->generation = ++weights_generation_;
  taken->control_seq = weights.control_seq;
  taken->numbers.resize(kShapeWeights);
  std::memcpy(taken->numbers.data(), incoming.payload(), bytes);
  std::copy(std::begin(weights.seed), std::end(weights.seed), taken->seed);
  std::copy(std::begin(weights.sun), std::end(weights.sun), taken->sun);
  std::copy(std::begin(weights.palette), std::end(weights.palette), taken->palette);
  taken->strength = weights.strength;
  weights_ = std::move(taken);
}

void StreamLink::refuse_result(const std::string& sentence, Log& log) {
  stream_->count_dropped_result();
  stream_->set_last_error(sentence);
  log.once(LSD_LOG_WARNING, problem("result"), sentence);
}

void StreamLink::on_notice(const Notice& notice, Log& log) {
  log.write(LSD_LOG_WARNING, notice.message);
  stream_->notices().add(notice);
}

void StreamLink::on_error(const ErrorReply& error, Log& log) {
  if (phase_ == Phase::opening || error.stream_is_closed || error.code == "unknown_stream") {
    fail(error.message, log);
    return;
  }
  if (error.code == "bad_control") stream_->controls().refuse(error.control_seq);
  stream_->set_last_error(error.message);
  log.once(LSD_LOG_WARNING, problem(error.code), error.message);
}

void StreamLink::on_closed() {
  release();
  phase_ = Phase::failed;
  stream_->set_state(LSD_STREAM_FAILED);
  stream_->set_last_error("The daemon closed the stream.");
}

void StreamLink::fail(const std::string& sentence, Log& log) {
  release();
  phase_ = Phase::failed;
  stream_->set_state(LSD_STREAM_FAILED);
  stream_->set_last_error(sentence);
  log.once(LSD_LOG_ERROR, problem("open"), sentence);
}

void StreamLink::on_lost() {
  if (phase_ == Phase::open && stream_->contexts().has_any()) {
    stream_->notices().add({number_, "context_held",
                            "The daemon is away; the world stays painted with the last context until it is back."});
  }
  release();
  useless_.clear();
  phase_ = Phase::pending;
  stream_->set_state(LSD_STREAM_PENDING);
}

void StreamLink::close(Connection& connection) {
  if (phase_ == Phase::opening || phase_ == Phase::open) connection.send(encode_close(number_));
}

void StreamLink::release() {
  stream_->detach();
  stream_->progress().clear();
  offered_.clear();
  outbox_.reset();
  weights_.reset();
}

bool StreamLink::pump(Connection& connection) {
  if (phase_ != Phase::open) return true;
  if (stream_->take_reset() && !connection.send(encode_reset(number_))) {
    stream_->put_back_reset();
    return false;
  }
  while (auto control = stream_->controls().next()) {
    if (connection.send(encode_control(number_, *control))) continue;
    stream_->controls().put_back(std::move(*control));
    return false;
  }
  const auto frame = outbox_->take();
  if (!frame) return true;
  const SlotTable changed = frame->info.slots != nullptr ? sent_slots_.changes(*frame->info.slots) : SlotTable();
  Departure departure{number_, &frame->info, &changed, frame->slot, frame->slot_seq, outbox_, wakeup_};
  const bool is_sent = outbox_->channel().send(departure, connection);
  // What was not sent, the daemon does not know: the next table goes out whole.
  if (!is_sent && !changed.empty()) sent_slots_.forget();
  if (is_sent) {
    stream_->count_sent();
  } else {
    stream_->count_dropped();
  }
  return is_sent;
}

std::string StreamLink::problem(std::string_view what) const {
  return "stream " + stream_->config().model + " " + std::string(what);
}

}  // namespace lsd
