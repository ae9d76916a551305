#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "session.h"

namespace lsd {

struct ClientConfig {
  ConnectionConfig connection;
  Hello hello;
  lsd_log_callback log = nullptr;
  void* log_user = nullptr;
};

/// Owns the I/O thread and the streams.
class Client {
 public:
  explicit Client(ClientConfig config);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  std::shared_ptr<Stream> open_stream(StreamConfig config);
  void close_stream(const std::shared_ptr<Stream>& stream);
  const ClientStatus& status() const { return *status_; }

 private:
  void run();

  std::shared_ptr<ClientStatus> status_;
  std::shared_ptr<Wakeup> wakeup_;
  StreamRequests requests_;
  std::atomic<bool> stop_{false};
  std::unique_ptr<Session> session_;
  std::thread thread_;
};

}  // namespace lsd
