#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

#include "wakeup.h"

#if defined(__linux__)
#include <sys/eventfd.h>
#endif

namespace lsd {

#if defined(__linux__)

Wakeup::Wakeup() : read_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), write_fd_(read_fd_) {
  if (read_fd_ < 0) throw std::runtime_error("The system has no file descriptor left for the I/O thread.");
}

Wakeup::~Wakeup() { close(read_fd_); }

#else

Wakeup::Wakeup() {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("The system has no file descriptor left for the I/O thread.");
  for (int end : ends) {
    fcntl(end, F_SETFL, O_NONBLOCK);
    fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  read_fd_ = ends[0];
  write_fd_ = ends[1];
}

Wakeup::~Wakeup() {
  close(read_fd_);
  close(write_fd_);
}

#endif

void Wakeup::signal() noexcept {
  const uint64_t one = 1;
  // A full pipe or counter is fine: then a signal is waiting already.
  [[maybe_unused]] const auto written = write(write_fd_, &one, sizeof one);
}

void Wakeup::clear() noexcept {
  uint64_t buffer[16];
  while (read(read_fd_, buffer, sizeof buffer) == static_cast<ssize_t>(sizeof buffer)) {
  }
}

}  // namespace lsd
