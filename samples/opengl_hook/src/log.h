// What the hook says, on the game's standard error.
#pragma once

namespace mirage_hook {

/** One line, `mirage-lsd: ` before it. At most a few a minute: a terminal that hangs must not hang the game. */
void log(const char* format, ...) __attribute__((format(printf, 1, 2)));

}  // namespace mirage_hook
