#include "connection.h"

#include <stdexcept>

#include "endpoint.h"
#include "messages.h"

namespace lsd {
namespace {

// libzmq retries the TCP connection within an attempt; quick, because a refused connection on loopback costs nothing.
constexpr int kReconnectMs = 50;
constexpr int kSlowestReconnectMs = 250;
// Messages, not bytes; frames have their own, lower limit in the outbox.
constexpr int kHighWaterMark = 64;

struct SlotLease {
  std::shared_ptr<Outbox> outbox;
  std::shared_ptr<Wakeup> wakeup;
  uint32_t slot;
};

// Called by libzmq's own thread.
void end_lease(void*, void* hint) {
  const std::unique_ptr<SlotLease> lease(static_cast<SlotLease*>(hint));
  lease->outbox->release(lease->slot);
  lease->wakeup->signal();
}

}  // namespace

Incoming::Incoming() {
  zmq_msg_init(&header_);
  zmq_msg_init(&payload_);
}

Incoming::~Incoming() {
  zmq_msg_close(&header_);
  zmq_msg_close(&payload_);
}

Connection::Connection(ConnectionConfig config) : config_(std::move(config)), context_(zmq_ctx_new()) {
  if (context_ == nullptr) throw std::runtime_error("libzmq could not make a context.");
}

Connection::~Connection() {
  close(0);
  zmq_ctx_term(context_);
}

bool Connection::configure() {
  const auto set_int = [&](int option, int value) {
    return zmq_setsockopt(socket_, option, &value, sizeof value) == 0;
  };
  const auto set_text = [&](int option, const std::string& value) {
    return zmq_setsockopt(socket_, option, value.c_str(), value.size() + 1) == 0;
  };
  const int64_t most = kMostPayloadBytes;
  bool is_good = set_int(ZMQ_LINGER, 0) && set_int(ZMQ_RECONNECT_IVL, kReconnectMs) &&
                 set_int(ZMQ_RECONNECT_IVL_MAX, kSlowestReconnectMs) && set_int(ZMQ_SNDHWM, kHighWaterMark) &&
                 set_int(ZMQ_RCVHWM, kHighWaterMark) && set_int(ZMQ_IPV6, 1) &&
                 zmq_setsockopt(socket_, ZMQ_MAXMSGSIZE, &most, sizeof most) == 0;
  if (!config_.server_public_key.empty()) {
    is_good = is_good && set_text(ZMQ_CURVE_SERVERKEY, config_.server_public_key) &&
              set_text(ZMQ_CURVE_PUBLICKEY, config_.client_public_key) &&
              set_text(ZMQ_CURVE_SECRETKEY, config_.client_secret_key);
  }
  return is_good;
}

bool Connection::open(std::string* problem) {
  close(0);
  socket_ = zmq_socket(context_, ZMQ_DEALER);
  if (socket_ != nullptr && configure() && zmq_connect(socket_, connect_address(config_.endpoint).c_str()) == 0)
    return true;
  *problem = "The endpoint " + config_.endpoint + " cannot be used: " + zmq_strerror(zmq_errno()) + ".";
  close(0);
  return false;
}

void Connection::close(int linger_ms) {
  if (socket_ == nullptr) return;
  zmq_setsockopt(socket_, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
  zmq_close(socket_);
  socket_ = nullptr;
}

bool Connection::send(const std::string& header) {
  return socket_ != nullptr && zmq_send(socket_, header.data(), header.size(), ZMQ_DONTWAIT) >= 0;
}

bool Connection::send_frame(const std::string& header, const std::shared_ptr<Outbox>& outbox, uint32_t slot,
                            size_t bytes, const std::shared_ptr<Wakeup>& wakeup) {
  auto lease = std::make_unique<SlotLease>(SlotLease{outbox, wakeup, slot});
  zmq_msg_t payload;
  if (zmq_msg_init_data(&payload, outbox->frame(slot), bytes, end_lease, lease.get()) != 0) {
    outbox->release(slot);
    return false;
  }
  lease.release();
  const bool is_sent = socket_ != nullptr &&
                       zmq_send(socket_, header.data(), header.size(), ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0 &&
                       zmq_msg_send(&payload, socket_, ZMQ_DONTWAIT) >= 0;
  if (!is_sent) zmq_msg_close(&payload);
  return is_sent;
}

bool Connection::receive(Incoming* incoming) {
  incoming->parts_ = 0;
  if (socket_ == nullptr || zmq_msg_recv(&incoming->header_, socket_, ZMQ_DONTWAIT) < 0) return false;
  incoming->parts_ = 1;
  zmq_msg_t extra;
  zmq_msg_t* last = &incoming->header_;
  zmq_msg_init(&extra);
  // A message arrives whole, so the other parts are there.
  while (zmq_msg_more(last) != 0) {
    last = incoming->parts_ == 1 ? &incoming->payload_ : &extra;
    if (zmq_msg_recv(last, socket_, ZMQ_DONTWAIT) < 0) break;
    ++incoming->parts_;
  }
  zmq_msg_close(&extra);
  return true;
}

void Connection::wait(const Wakeup& wakeup, int timeout_ms) {
  zmq_pollitem_t items[] = {{nullptr, wakeup.readable_fd(), ZMQ_POLLIN, 0}, {socket_, 0, ZMQ_POLLIN, 0}};
  zmq_poll(items, socket_ != nullptr ? 2 : 1, timeout_ms);
}

}  // namespace lsd
