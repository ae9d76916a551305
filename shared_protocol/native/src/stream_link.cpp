#include "stream_link.h"

#include <algorithm>
#include <msgpack.hpp>
#include <new>

#include "clock.h"
#include "encode.h"
#include "endpoint.h"
#include "map_reader.h"

namespace lsd {
namespace {

std::string transport_problem(std::string_view transport) { return "transport " + std::string(transport); }

std::string not_used(std::string_view transport, const std::string& why) {
  return "The transport " + std::string(transport) + " is not used: " + why;
}

}  // namespace

StreamLink::StreamLink(std::shared_ptr<Stream> stream, std::shared_ptr<Wakeup> wakeup)
    : stream_(std::move(stream)), wakeup_(std::move(wakeup)) {}

void StreamLink::open(int32_t number, Connection& connection, Log& log) {
  const StreamConfig& config = stream_->config();
  number_ = number;
  make_offers(connection, log);
  if (offers_.empty()) return;
  Open message;
  for (const Offer& each : offers_) message.offers.push_back({each.transport->name, each.offer.get()});
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
    offers_.clear();
  }
}

bool StreamLink::is_wanted(const Transport& transport, const Connection& connection) const {
  const lsd_transport wanted = stream_->config().transport;
  if (wanted != LSD_TRANSPORT_AUTO && wanted != transport.id) return false;
  if (std::find(failed_.begin(), failed_.end(), &transport) != failed_.end()) return false;
  return !transport.needs_same_host || is_same_host(connection.config().endpoint);
}

void StreamLink::make_offers(const Connection& connection, Log& log) {
  const StreamConfig& config = stream_->config();
  const ChannelSizes sizes{static_cast<uint32_t>(config.layout.plane_count), config.layout.bytes,
                           config.output_bytes()};
  offers_.clear();
  std::string why = "it is for a daemon on this machine only.";
  for (const Transport* transport : kTransports) {
    if (!is_wanted(*transport, connection)) continue;
    if (auto offer = transport->offer(sizes, &why)) {
      offers_.push_back({transport, std::move(offer)});
    } else if (config.transport == LSD_TRANSPORT_AUTO) {
      log.once(LSD_LOG_WARNING, problem(transport_problem(transport->name)), not_used(transport->name, why));
    }
  }
  if (!offers_.empty()) return;
  const Transport* wanted = find_transport(config.transport);
  fail("The transport " + std::string(wanted != nullptr ? wanted->name : "") + " cannot be had with " +
           connection.config().endpoint + ": " + why,
       log);
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
  for (const Opened::Refusal& each : opened.refused) {
    log.once(LSD_LOG_WARNING, problem(transport_problem(each.transport)), not_used(each.transport, each.reason));
  }
  auto channel = open_channel(opened, connection, log);
  if (channel == nullptr) return;
  outbox_ = std::make_shared<Outbox>(std::move(channel));
  offers_.clear();
  slots_.forget();
  if (!stream_->inbox().is_allocated()) stream_->inbox().allocate(config.output_bytes());
  phase_ = Phase::open;
  log.forget(problem("open"));
  log.forget(problem(transport_problem(opened.transport)));
  stream_->take_reset();  // its state starts empty
  stream_->controls().replay();
  stream_->set_last_error("");
  stream_->attach(outbox_);
  log.write(LSD_LOG_INFO, "Stream " + std::to_string(number_) + " is open (" + opened.transport + ").");
}

std::unique_ptr<FrameChannel> StreamLink::open_channel(const Opened& opened, Connection& connection, Log& log) {
  const auto chosen = std::find_if(offers_.begin(), offers_.end(),
                                   [&](const Offer& each) { return each.transport->name == opened.transport; });
  if (chosen == offers_.end()) {
    close(connection);
    fail("The daemon chose the transport " + opened.transport + ", which was not offered.", log);
    return nullptr;
  }
  const msgpack::object_handle answer = msgpack::unpack(opened.answer.data(), opened.answer.size());
  std::string why;
  auto channel = chosen->offer->open(MapReader(answer.get(), "transport"), &why);
  if (channel != nullptr) return channel;
  close(connection);
  if (offers_.size() == 1) {
    fail(why, log);
    return nullptr;
  }
  log.once(LSD_LOG_WARNING, problem(transport_problem(chosen->transport->name)),
           not_used(chosen->transport->name, why));
  failed_.push_back(chosen->transport);
  release();
  phase_ = Phase::pending;
  return nullptr;
}

void StreamLink::on_result(const Result& result, Incoming& incoming, Log& log) {
  if (phase_ != Phase::open) return;
  IncomingFrame& frame = stream_->inbox().back();
  stream_->count_result(result, now_ns());
  stream_->controls().confirm(result.control_seq);
  stream_->set_progress(std::nullopt);
  std::string wrong;
  switch (outbox_->channel().read_result(result, incoming, frame.pixels.get(), &wrong)) {
    case ResultRead::wrong:
      return refuse_result(wrong, log);
    case ResultRead::torn:
      stream_->count_dropped_result();
      return;
    case ResultRead::complete:
      break;
  }
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

void StreamLink::refuse_result(const std::string& sentence, Log& log) {
  stream_->count_dropped_result();
  stream_->set_last_error(sentence);
  log.once(LSD_LOG_WARNING, problem("result"), sentence);
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

void StreamLink::on_progress(const Progress& progress) {
  stream_->set_progress(progress.fraction < 1 ? std::optional(progress) : std::nullopt);
}

void StreamLink::on_notice(const Notice& notice, Log& log) {
  stream_->add_notice(notice);
  log.once(LSD_LOG_INFO, problem("notice " + notice.code), notice.message);
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
  release();
  failed_.clear();
  phase_ = Phase::pending;
  stream_->set_state(LSD_STREAM_PENDING);
}

void StreamLink::close(Connection& connection) {
  if (phase_ == Phase::opening || phase_ == Phase::open) connection.send(encode_close(number_));
}

void StreamLink::release() {
  stream_->detach();
  offers_.clear();
  outbox_.reset();
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
  FrameChannel& channel = outbox_->channel();
  const std::string header =
      encode_frame(number_, frame->info, channel.reference(*frame), slots_.changes(frame->info.slots));
  const bool is_sent = channel.send(connection, header, *frame, outbox_, wakeup_);
  if (is_sent) {
    slots_.sent(frame->info.slots);
    stream_->count_sent();
  } else {
    stream_->count_dropped();
  }
  return is_sent;
}

std::string StreamLink::problem(const std::string& what) const {
  return "stream " + stream_->config().model + " " + what;
}

}  // namespace lsd
