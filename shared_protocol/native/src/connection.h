#pragma once

#include <zmq.h>

#include <memory>
#include <string>

#include "outbox.h"
#include "wakeup.h"

namespace lsd {

struct ConnectionConfig {
  std::string endpoint;
  std::string server_public_key;  ///< empty: no CURVE
  std::string client_public_key;
  std::string client_secret_key;
};

/// One received message.
class Incoming {
 public:
  Incoming();
  ~Incoming();
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  const void* header() { return zmq_msg_data(&header_); }
  size_t header_bytes() const { return zmq_msg_size(&header_); }
  const std::byte* payload() { return static_cast<const std::byte*>(zmq_msg_data(&payload_)); }
  size_t payload_bytes() const { return zmq_msg_size(&payload_); }
  int parts() const { return parts_; }

 private:
  friend class Connection;
  zmq_msg_t header_;
  zmq_msg_t payload_;
  int parts_ = 0;
};

/// The DEALER socket. Belongs to the I/O thread; nothing here blocks except the destructor, by `linger` of the last
/// close.
class Connection {
 public:
  explicit Connection(ConnectionConfig config);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const ConnectionConfig& config() const { return config_; }
  /// A fresh socket that keeps trying to reach the endpoint by itself. False with `*problem` set when the endpoint is
  /// impossible.
  bool open(std::string* problem);
  void close(int linger_ms);

  /// False: the socket is full or closed, nothing was sent.
  bool send(const std::string& header);
  /// Sends a slot of the heap without copying it; the slot is released when the socket is done with it, or at once on
  /// failure.
  bool send_frame(const std::string& header, const std::shared_ptr<Outbox>& outbox, uint32_t slot, size_t bytes,
                  const std::shared_ptr<Wakeup>& wakeup);
  /// False: nothing there.
  bool receive(Incoming* incoming);
  /// Waits for a message, a signal, or the time.
  void wait(const Wakeup& wakeup, int timeout_ms);

 private:
  bool configure();

  ConnectionConfig config_;
  void* context_;
  void* socket_ = nullptr;
};

}  // namespace lsd
