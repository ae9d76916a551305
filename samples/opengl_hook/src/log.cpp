#include "log.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <ctime>

namespace mirage_hook {
namespace {

constexpr int kMostLinesAMinute = 20;

}  // namespace

void log(const char* format, ...) {
  static int lines = 0;
  static time_t minute = 0;
  const time_t now = time(nullptr) / 60;
  if (now != minute) lines = 0, minute = now;
  if (++lines > kMostLinesAMinute) return;
  char text[1024];
  int used = std::snprintf(text, sizeof text, "mirage-lsd: ");
  va_list arguments;
  va_start(arguments, format);
  used += std::vsnprintf(text + used, sizeof text - static_cast<size_t>(used) - 1, format, arguments);
  va_end(arguments);
  if (used > static_cast<int>(sizeof text) - 2) used = sizeof text - 2;
  text[used++] = '\n';
  pollfd ready{STDERR_FILENO, POLLOUT, 0};  // a full pipe: the line is dropped
  if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0) {
    const ssize_t written = write(STDERR_FILENO, text, static_cast<size_t>(used));
    static_cast<void>(written);
  }
}

}  // namespace mirage_hook
