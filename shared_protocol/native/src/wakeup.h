#pragma once

#include <zmq.h>

namespace lsd {

/// Ends a zmq_poll of the I/O thread from any other thread, without ever blocking that one.
class Wakeup {
 public:
  Wakeup();  ///< Throws std::runtime_error when the system has no descriptor left.
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  void signal() noexcept;
  void clear() noexcept;

  zmq_fd_t readable_fd() const { return read_fd_; }

 private:
  zmq_fd_t read_fd_;
  zmq_fd_t write_fd_;
};

}  // namespace lsd
