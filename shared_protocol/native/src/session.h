#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "client_status.h"
#include "connection.h"
#include "log.h"
#include "stream_link.h"

namespace lsd {

/// Streams that the engine opened or closed since the I/O thread last looked.
class StreamRequests {
 public:
  void add(std::shared_ptr<Stream> stream);
  void remove(std::shared_ptr<Stream> stream);
  void take(std::vector<std::shared_ptr<Stream>>* added, std::vector<std::shared_ptr<Stream>>* removed);

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<Stream>> added_;
  std::vector<std::shared_ptr<Stream>> removed_;
};

/// The client's state machine of PROTOCOL.md section 5. Everything here happens on the I/O thread.
class Session {
 public:
  Session(ConnectionConfig connection, Hello hello, Log log, std::shared_ptr<ClientStatus> status,
          std::shared_ptr<Wakeup> wakeup);

  /// Until `stop` is set and the wakeup signalled. Returns within about 100 ms then.
  void run(const std::atomic<bool>& stop, StreamRequests& requests);

 private:
  enum class Phase { waiting, greeting, ready };

  void connect(int64_t now);
  void wait_and_retry(int64_t now);
  void lose(const std::string& sentence, int64_t now);
  void check_time(int64_t now);
  void take_requests(StreamRequests& requests);
  bool pump();
  int poll_timeout_ms(int64_t now, bool is_socket_full) const;

  void receive_all();
  void handle(const Welcome& welcome, Incoming& incoming);
  void handle(const Opened& opened, Incoming& incoming);
  void handle(const Result& result, Incoming& incoming);
  void handle(const Weights& weights, Incoming& incoming);
  void handle(const Progress& progress, Incoming& incoming);
  void handle(const Notice& notice, Incoming& incoming);
  void handle(const Closed& closed, Incoming& incoming);
  void handle(const Pong& pong, Incoming& incoming);
  void handle(const Bye& bye, Incoming& incoming);
  void handle(const ErrorReply& error, Incoming& incoming);
  void refuse(const std::string& sentence);
  void report(const std::string& problem, const std::string& sentence);
  StreamLink* find(int64_t number);

  Connection connection_;
  Hello hello_;
  Log log_;
  std::shared_ptr<ClientStatus> status_;
  std::shared_ptr<Wakeup> wakeup_;

  Phase phase_ = Phase::waiting;
  int64_t deadline_ns_ = 0;  ///< waiting: try again; greeting: give up
  int64_t backoff_ns_;
  int64_t next_ping_ns_ = 0;
  int64_t last_ping_ns_ = 0;
  int64_t last_message_ns_ = 0;
  bool was_ready_ = false;
  int32_t next_number_ = 1;
  std::vector<std::unique_ptr<StreamLink>> links_;
};

}  // namespace lsd
