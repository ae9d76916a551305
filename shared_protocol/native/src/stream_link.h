#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connection.h"
#include "log.h"
#include "stream.h"

namespace lsd {

/// A stream as the I/O thread sees it: pending, opening, open, or failed until the next session.
class StreamLink {
 public:
  StreamLink(std::shared_ptr<Stream> stream, std::shared_ptr<Wakeup> wakeup);

  const Stream* stream() const { return stream_.get(); }
  /// Its number in the protocol; each opening has a new one, so that nothing of an older one is mistaken for it.
  int32_t number() const { return number_; }

  void open(int32_t number, Connection& connection, Log& log);
  void on_opened(const Opened& opened, Connection& connection, Log& log);
  void on_result(const Result& result, Incoming& incoming, Log& log);
  void on_weights(const Weights& weights, Incoming& incoming, Log& log);
  void on_progress(const Progress& progress) { stream_->progress().set(progress.what, progress.fraction); }
  void on_notice(const Notice& notice, Log& log);
  void on_error(const ErrorReply& error, Log& log);
  void on_closed();
  /// The connection is gone: pending again.
  void on_lost();
  void close(Connection& connection);
  /// Sends what waits: reset, controls, the newest frame. False: the socket is full, try again soon.
  bool pump(Connection& connection);

  bool is_pending() const { return phase_ == Phase::pending; }

 private:
  enum class Phase { pending, opening, open, failed };

  void make_channels(const std::string& endpoint, Log& log);
  void take_transport(const Opened& opened, Connection& connection, Log& log);
  void fail(const std::string& sentence, Log& log);
  void release();
  void take_picture(const Result& result, Incoming& incoming, Log& log);
  void take_context(const Result& result, Incoming& incoming, Log& log);
  /// The pixels or the numbers of a result. False: the result was counted as dropped.
  bool read(const Result& result, Incoming& incoming, std::byte* target, Log& log);
  FrameChannel::Read read_to(std::byte* target, const Result& result, Incoming& incoming, std::string* problem);
  void refuse_result(const std::string& sentence, Log& log);
  std::string problem(std::string_view what) const;

  std::shared_ptr<Stream> stream_;
  std::shared_ptr<Wakeup> wakeup_;
  Phase phase_ = Phase::pending;
  int32_t number_ = 0;
  /// Between `open` and `opened`; then the outbox has the chosen one.
  std::vector<std::unique_ptr<FrameChannel>> offered_;
  std::set<std::string> useless_;  ///< transports that the daemon chose and that then did not work
  std::shared_ptr<Outbox> outbox_;
  Buffer host_pixels_;  ///< on their way to the card, where the transport does not end there
  SentSlots sent_slots_;
  std::shared_ptr<const ShadingWeights> weights_;  ///< the newest of this session
  int64_t weights_generation_ = 0;
};

}  // namespace lsd
