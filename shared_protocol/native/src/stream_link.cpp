#include "stream_link.h"

#include <cstring>
#include <new>

#include "clock.h"
#include "encode.h"
#include "endpoint.h"

namespace lsd {

StreamLink::StreamLink(std::shared_ptr<Stream> stream, std::shared_ptr<Wakeup> wakeup)
    : stream_(std::move(stream)), wakeup_(std::move(wakeup)) {}

void StreamLink::open(int32_t number, Connection& connection, Log& log) {
  const StreamConfig& config = stream_->config();
  number_ = number;
  Open message;
  if (config.transport != LSD_TRANSPORT_INLINE && !is_inline_only_ && is_same_host(connection.config().endpoint)) {
    ring_ = make_ring(log);
  }
  if (ring_ != nullptr) {
    message.transports.push_back(LSD_TRANSPORT_SHARED_MEMORY);
    message.ring = ring_->description();
  }
  if (config.transport != LSD_TRANSPORT_SHARED_MEMORY) message.transports.push_back(LSD_TRANSPORT_INLINE);
  if (message.transports.empty()) {
    fail("Shared memory was asked for, but it cannot be had with " + connection.config().endpoint + ".", log);
    return;
  }
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
  message.max_steps = config.max_steps;
  message.seed = config.seed;
  message.fps = config.fps;
  if (connection.send(encode_open(message))) {
    phase_ = Phase::opening;
  } else {
    ring_.reset();
  }
}

std::unique_ptr<RingWriter> StreamLink::make_ring(Log& log) {
  const FrameLayout& layout = stream_->config().layout;
  std::string why;
  auto ring = RingWriter::create(Outbox::kSlots, static_cast<uint32_t>(layout.plane_count), layout.bytes, &why);
  if (ring == nullptr) log.once(LSD_LOG_WARNING, problem("ring"), why + " Frames go through the socket instead.");
  return ring;
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
  if (opened.transport == LSD_TRANSPORT_SHARED_MEMORY) {
    if (ring_ == nullptr) {
      fail("The daemon chose shared memory, which was not offered.", log);
      return;
    }
    ring_->unlink();
    std::string why;
    const size_t frame_bytes = align_up(config.output_bytes(), kPlaneAlignment);
    results_ = RingReader::open(*opened.ring, 1, frame_bytes, &why);
    if (results_ == nullptr) {
      close(connection);
      if (config.transport == LSD_TRANSPORT_SHARED_MEMORY) {
        fail(why, log);
      } else {
        log.once(LSD_LOG_WARNING, problem("results"), why + " Frames go through the socket instead.");
        release();
        is_inline_only_ = true;
        phase_ = Phase::pending;
      }
      return;
    }
    outbox_ = std::make_shared<Outbox>(std::move(ring_));
  } else {
    ring_.reset();
    outbox_ = std::make_shared<Outbox>(config.layout.bytes);
  }
  if (!stream_->inbox().is_allocated()) stream_->inbox().allocate(config.output_bytes());
  phase_ = Phase::open;
  log.forget(problem("open"));
  stream_->take_reset();  // its state starts empty
  stream_->controls().replay();
  stream_->set_last_error("");
  stream_->attach(outbox_);
  log.write(LSD_LOG_INFO,
            "Stream " + std::to_string(number_) + " is open (" + std::string(transport_name(opened.transport)) + ").");
}

void StreamLink::on_result(const Result& result, Incoming& incoming, Log& log) {
  if (phase_ != Phase::open) return;
  const StreamConfig& config = stream_->config();
  const size_t bytes = config.output_bytes();
  IncomingFrame& frame = stream_->inbox().back();
  stream_->count_result(result, now_ns());
  stream_->controls().confirm(result.control_seq);
  if (results_ != nullptr) {
    if (!result.slot) return refuse_result("The daemon's result names no slot.", log);
    // Torn slots are normal when this thread was late, so there is nothing to say about them.
    if (!results_->read(result.slot->slot, result.slot->slot_seq, frame.pixels.get(), bytes)) {
      stream_->count_dropped_result();
      return;
    }
  } else {
    if (incoming.parts() != 2 || incoming.payload_bytes() != align_up(bytes, kPlaneAlignment)) {
      return refuse_result("The daemon's result does not have the size of the output.", log);
    }
    std::memcpy(frame.pixels.get(), incoming.payload(), bytes);
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
  log.once(LSD_LOG_WARNING, problem(error.code.c_str()), error.message);
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
  is_inline_only_ = false;
  phase_ = Phase::pending;
  stream_->set_state(LSD_STREAM_PENDING);
}

void StreamLink::close(Connection& connection) {
  if (phase_ == Phase::opening || phase_ == Phase::open) connection.send(encode_close(number_));
}

void StreamLink::release() {
  stream_->detach();
  ring_.reset();
  outbox_.reset();
  results_.reset();
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
  bool is_sent = false;
  if (outbox_->is_shared()) {
    is_sent = connection.send(encode_frame(number_, frame->info, SlotReference{frame->slot, frame->slot_seq}));
  } else {
    is_sent = connection.send_frame(encode_frame(number_, frame->info, std::nullopt), outbox_, frame->slot,
                                    stream_->config().layout.bytes, wakeup_);
  }
  if (is_sent) {
    stream_->count_sent();
  } else {
    stream_->count_dropped();
  }
  return is_sent;
}

std::string StreamLink::problem(const char* what) const { return "stream " + stream_->config().model + " " + what; }

}  // namespace lsd
