#include "session.h"

#include <algorithm>

#include "channel/registry.h"
#include "clock.h"
#include "decode.h"
#include "encode.h"

namespace lsd {
namespace {

constexpr int64_t kGreetingNs = 2 * kNanosecondsPerSecond;
// A daemon that loads its model says so again and again.
constexpr int64_t kLoadingNs = 10 * kNanosecondsPerSecond;
constexpr int64_t kPingNs = kNanosecondsPerSecond;
constexpr int64_t kSilenceNs = 3 * kNanosecondsPerSecond;
constexpr int64_t kShortestBackoffNs = 100 * kNanosecondsPerMillisecond;
// The protocol allows 2 s; half of it leaves time to greet and open within 2 s of the daemon's return.
constexpr int64_t kLongestBackoffNs = kNanosecondsPerSecond;
constexpr int kByeLingerMs = 100;
constexpr int kFullSocketMs = 5;
// Between two looks at what the engine wants sent.
constexpr int kMostMessagesAtOnce = 64;

}  // namespace

void StreamRequests::add(std::shared_ptr<Stream> stream) {
  const std::lock_guard lock(mutex_);
  added_.push_back(std::move(stream));
}

void StreamRequests::remove(std::shared_ptr<Stream> stream) {
  const std::lock_guard lock(mutex_);
  removed_.push_back(std::move(stream));
}

void StreamRequests::take(std::vector<std::shared_ptr<Stream>>* added, std::vector<std::shared_ptr<Stream>>* removed) {
  const std::lock_guard lock(mutex_);
  added->swap(added_);
  removed->swap(removed_);
}

Session::Session(ConnectionConfig connection, Hello hello, Log log, std::shared_ptr<ClientStatus> status,
                 std::shared_ptr<Wakeup> wakeup)
    : connection_(std::move(connection)),
      hello_(std::move(hello)),
      log_(std::move(log)),
      status_(std::move(status)),
      wakeup_(std::move(wakeup)),
      backoff_ns_(kShortestBackoffNs) {
  for (const ChannelKind& kind : channel_kinds()) hello_.capabilities.emplace_back(kind.name);
  hello_.capabilities.emplace_back(kShadeClient);
}

void Session::run(const std::atomic<bool>& stop, StreamRequests& requests) {
  while (!stop) {
    take_requests(requests);
    check_time(now_ns());
    const bool is_socket_full = !pump();
    connection_.wait(*wakeup_, poll_timeout_ms(now_ns(), is_socket_full));
    wakeup_->clear();
    // Before the clocks are looked at again: after a breakpoint the answers may all be there.
    receive_all();
  }
  if (phase_ == Phase::ready) connection_.send(encode_bye());
  for (const auto& link : links_) link->on_lost();
  connection_.close(phase_ == Phase::ready ? kByeLingerMs : 0);
}

void Session::connect(int64_t now) {
  std::string why;
  if (connection_.open(&why) && connection_.send(encode_hello(hello_))) {
    phase_ = Phase::greeting;
    deadline_ns_ = now + kGreetingNs;
    return;
  }
  report("connect", why);
  wait_and_retry(now);
}

void Session::wait_and_retry(int64_t now) {
  status_->progress.clear();
  connection_.close(0);
  phase_ = Phase::waiting;
  deadline_ns_ = now + backoff_ns_;
  backoff_ns_ = std::min(backoff_ns_ * 2, kLongestBackoffNs);
}

void Session::lose(const std::string& sentence, int64_t now) {
  report("lost", sentence);
  status_->state = LSD_CLIENT_CONNECTING;
  for (const auto& link : links_) link->on_lost();
  wait_and_retry(now);
}

void Session::check_time(int64_t now) {
  switch (phase_) {
    case Phase::waiting:
      if (now >= deadline_ns_) connect(now);
      return;
    case Phase::greeting:
      if (now < deadline_ns_) return;
      report("connect",
             "No daemon answers at " + connection_.config().endpoint + "; start it with `mirage-lsd serve`.");
      wait_and_retry(now);
      return;
    case Phase::ready:
      if (now - last_message_ns_ >= kSilenceNs) {
        lose("The daemon at " + connection_.config().endpoint + " has been silent for 3 s; connecting again.", now);
      } else if (now >= next_ping_ns_) {
        connection_.send(encode_ping(now));
        last_ping_ns_ = now;
        next_ping_ns_ = now + kPingNs;
      }
      return;
  }
}

void Session::take_requests(StreamRequests& requests) {
  std::vector<std::shared_ptr<Stream>> added;
  std::vector<std::shared_ptr<Stream>> removed;
  requests.take(&added, &removed);
  for (auto& stream : added) links_.push_back(std::make_unique<StreamLink>(std::move(stream), wakeup_));
  for (const auto& stream : removed) {
    const auto link =
        std::find_if(links_.begin(), links_.end(), [&](const auto& each) { return each->stream() == stream.get(); });
    if (link == links_.end()) continue;
    if (phase_ == Phase::ready) (*link)->close(connection_);
    (*link)->on_lost();
    links_.erase(link);
  }
}

bool Session::pump() {
  if (phase_ != Phase::ready) return true;
  bool is_all_sent = true;
  for (const auto& link : links_) {
    if (link->is_pending()) link->open(next_number_++, connection_, log_);
    is_all_sent &= link->pump(connection_);
  }
  return is_all_sent;
}

int Session::poll_timeout_ms(int64_t now, bool is_socket_full) const {
  if (is_socket_full) return kFullSocketMs;
  const int64_t next = phase_ == Phase::ready ? std::min(next_ping_ns_, last_message_ns_ + kSilenceNs) : deadline_ns_;
  // Rounded up, else the last millisecond would be spent spinning.
  return static_cast<int>(std::max<int64_t>(next - now, 0) / kNanosecondsPerMillisecond) + 1;
}

void Session::receive_all() {
  for (int i = 0; i < kMostMessagesAtOnce; ++i) {
    Incoming incoming;
    if (!connection_.receive(&incoming)) return;
    last_message_ns_ = now_ns();
    std::string why = "it has more than two parts";
    const auto message =
        incoming.parts() <= 2 ? decode(incoming.header(), incoming.header_bytes(), &why) : std::nullopt;
    if (!message) {
      log_.once(LSD_LOG_WARNING, "malformed", "A message of the daemon was ignored: " + why + ".");
      continue;
    }
    std::visit([&](const auto& each) { handle(each, incoming); }, *message);
  }
}

void Session::handle(const Welcome& welcome, Incoming&) {
  if (phase_ != Phase::greeting) return;
  if (welcome.protocol_major != LSD_PROTOCOL_MAJOR) {
    refuse("The daemon speaks protocol " + std::to_string(welcome.protocol_major) + "." +
           std::to_string(welcome.protocol_minor) + ", this library 1.0; update the older one.");
    return;
  }
  phase_ = Phase::ready;
  backoff_ns_ = kShortestBackoffNs;
  next_ping_ns_ = last_message_ns_;
  if (was_ready_) ++status_->reconnects;
  was_ready_ = true;
  status_->last_error.set("");
  status_->state = LSD_CLIENT_READY;
  status_->models.set(welcome.models);
  status_->progress.clear();
  for (const char* problem : {"connect", "lost", "refused"}) log_.forget(problem);
  log_.write(LSD_LOG_INFO, "Connected to " + welcome.server + " at " + connection_.config().endpoint + ", session " +
                               welcome.session + ".");
}

void Session::handle(const Opened& opened, Incoming&) {
  if (StreamLink* link = find(opened.stream)) link->on_opened(opened, connection_, log_);
}

void Session::handle(const Result& result, Incoming& incoming) {
  if (StreamLink* link = find(result.stream)) link->on_result(result, incoming, log_);
}

void Session::handle(const Weights& weights, Incoming& incoming) {
  if (StreamLink* link = find(weights.stream)) link->on_weights(weights, incoming, log_);
}

void Session::handle(const Progress& progress, Incoming&) {
  if (progress.stream) {
    if (StreamLink* link = find(*progress.stream)) link->on_progress(progress);
    return;
  }
  status_->progress.set(progress.what, progress.fraction);
  if (phase_ != Phase::greeting) return;
  deadline_ns_ = last_message_ns_ + kLoadingNs;
  status_->last_error.set("");  // a daemon that loads is one that answers
}

void Session::handle(const Notice& notice, Incoming&) {
  if (StreamLink* link = find(notice.stream)) link->on_notice(notice, log_);
}

void Session::handle(const Closed& closed, Incoming&) {
  if (StreamLink* link = find(closed.stream)) link->on_closed();
}

void Session::handle(const Pong& pong, Incoming&) {
  // An echo that was not sent is not believed; subtracting it could overflow.
  if (pong.t_ns != last_ping_ns_) return;
  status_->round_trip_ms = static_cast<float>(static_cast<double>(last_message_ns_ - pong.t_ns) / 1e6);
}

void Session::handle(const Bye& bye, Incoming&) { lose("The daemon said goodbye: " + bye.reason, now_ns()); }

void Session::handle(const ErrorReply& error, Incoming&) {
  if (error.is_fatal) {
    refuse(error.message);
  } else if (error.code == "hello_required") {
    // A new daemon behind the old connection.
    if (phase_ == Phase::ready) lose("The daemon was restarted; connecting again.", now_ns());
  } else if (StreamLink* link = error.stream ? find(*error.stream) : nullptr) {
    link->on_error(error, log_);
  } else if (!error.stream) {
    report(error.code, error.message);
  }
}

void Session::refuse(const std::string& sentence) {
  report("refused", sentence);
  for (const auto& link : links_) link->on_lost();
  status_->state = LSD_CLIENT_REFUSED;
  backoff_ns_ = kLongestBackoffNs;
  wait_and_retry(now_ns());
}

void Session::report(const std::string& problem, const std::string& sentence) {
  status_->last_error.set(sentence);
  log_.once(LSD_LOG_WARNING, problem, sentence);
}

StreamLink* Session::find(int64_t number) {
  const auto link = std::find_if(links_.begin(), links_.end(),
                                 [&](const auto& each) { return each->number() == number && !each->is_pending(); });
  return link == links_.end() ? nullptr : link->get();
}

}  // namespace lsd
