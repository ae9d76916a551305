#pragma once

#include <memory>
#include <string>
#include <vector>

#include "channel/transports.h"
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
  void on_error(const ErrorReply& error, Log& log);
  void on_progress(const Progress& progress);
  void on_notice(const Notice& notice, Log& log);
  void on_closed();
  /// The connection is gone: pending again.
  void on_lost();
  void close(Connection& connection);
  /// Sends what waits: reset, controls, the newest frame. False: the socket is full, try again soon.
  bool pump(Connection& connection);

  /// To be opened in this session: for the first time, or again without the transport that failed.
  bool is_pending() const { return phase_ == Phase::pending; }

 private:
  enum class Phase { pending, opening, open, failed };

  struct Offer {
    const Transport* transport;
    std::unique_ptr<ChannelOffer> offer;
  };

  bool is_wanted(const Transport& transport, const Connection& connection) const;
  void make_offers(const Connection& connection, Log& log);
  void take_transport(const Opened& opened, Connection& connection, Log& log);
  std::unique_ptr<FrameChannel> open_channel(const Opened& opened, Connection& connection, Log& log);
  void fail(const std::string& sentence, Log& log);
  void release();
  void refuse_result(const std::string& sentence, Log& log);
  std::string problem(const std::string& what) const;

  std::shared_ptr<Stream> stream_;
  std::shared_ptr<Wakeup> wakeup_;
  Phase phase_ = Phase::pending;
  int32_t number_ = 0;
  std::vector<const Transport*> failed_;  ///< chosen by the daemon of this session, but not to be opened here
  std::vector<Offer> offers_;             ///< between `open` and `opened`
  std::shared_ptr<Outbox> outbox_;
  SentSlots slots_;
};

}  // namespace lsd
