#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <msgpack.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ring.h"

namespace lsd {

/// A stand-in for the daemon: a ROUTER in a thread that greets, opens, and sends each frame back. What it gets wrong
/// can be chosen.
class FakeDaemon {
 public:
  /// What the stand-in says of a context, before and with the result.
  struct ContextAnswer {
    std::string shape;
    int64_t width = 0, height = 0, channels = 0, weights_seq = 0;
    bool sends_weights = false;
    std::string weights;  ///< payload
    bool is_context = true;
  };

  struct Options {
    std::string endpoint = "tcp://127.0.0.1:*";
    bool maps_rings = true;  ///< takes shared_memory when it is offered
    bool answers_hello = true;
    bool tells_progress = false;    ///< before `welcome` and after `opened`
    std::string notice;             ///< not empty: the code of a notice after each result
    std::string refused_transport;  ///< not empty: named in `opened.refused`
    int refused_control = 0;        ///< this control_seq is answered with bad_control
    std::string refusal;            ///< not empty: a fatal error with this code
    std::string open_error;         ///< not empty: the code of the answer to `open`
    /// Changes a result before it is sent; `payload` is empty with shared memory.
    std::function<void(std::map<std::string, int64_t>& keys, std::string& payload)> spoil;
    std::string shape = "mirage-head-48x2";                                  ///< of its contexts; empty: it has none
    std::function<void(int64_t seq, ContextAnswer& context)> spoil_context;  ///< before anything of it is sent
    bool spoils_ring = false;    ///< describes its ring with a size that is wrong
    bool tears = false;          ///< overwrites a result's slot once more after the announcement is made up
    bool sends_rubbish = false;  ///< malformed messages between the results
  };

  FakeDaemon();
  explicit FakeDaemon(Options options);
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  const std::string& endpoint() const { return endpoint_; }
  /// Stops answering, as SIGSTOP does, until called with false.
  void hang(bool is_hanging) { is_hanging_ = is_hanging; }

  int count(const std::string& type) const;
  /// The headers of that type, in the order of arrival.
  std::vector<msgpack::object_handle> received(const std::string& type) const;

 private:
  struct OpenStream {
    int64_t width = 0, height = 0, output_width = 0, output_height = 0;
    size_t frame_bytes = 0;
    std::unique_ptr<RingReader> frames;
    std::unique_ptr<RingWriter> results;
    uint32_t next_slot = 0;
    bool has_contexts = false;
    int64_t weights_seq = 0;  ///< of the newest that were sent
  };
  using Keys = std::map<std::string, msgpack::object>;

  void run();
  void answer(const std::string& peer, const std::string& header, const std::string& payload);
  void send_progress(const std::string& peer, int64_t stream, float fraction);
  void answer_hello(const std::string& peer);
  void answer_open(const std::string& peer, Keys& keys);
  void answer_frame(const std::string& peer, Keys& keys, const std::string& payload);
  ContextAnswer context_answer(const std::string& peer, int64_t number, int64_t seq, OpenStream& stream);
  size_t output_bytes(const OpenStream& stream) const;
  void send_error(const std::string& peer, const std::string& code, bool is_fatal, int64_t stream,
                  int64_t control_seq = 0);
  void send(const std::string& peer, const msgpack::sbuffer& header, const std::string* payload = nullptr);

  Options options_;
  void* context_;
  void* socket_;
  std::string endpoint_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> is_hanging_{false};
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> received_;
  std::map<std::pair<std::string, int64_t>, OpenStream> streams_;
  std::map<std::string, bool> greeted_;
  std::thread thread_;
};

}  // namespace lsd
