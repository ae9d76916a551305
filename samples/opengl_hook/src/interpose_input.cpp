// The ways of a key press to the game: Xlib's (whatever toolkit reads it) and SDL's (Wayland too). F9, F10 and F11 stay
// here.
#include <cstring>
#include <ctime>

#include "hook.h"
#include "interposed.h"

using mirage_hook::hook;
using mirage_hook::Key;

namespace {

// Of Xlib.h, keysymdef.h and SDL_events.h, which are not needed otherwise; these layouts are fixed.
constexpr int kKeyPress = 2, kKeyRelease = 3;
constexpr unsigned long kF9 = 0xffc6;
struct XKeyEvent {
  int type;
  unsigned long serial;
  int send_event;
  void* display;
  unsigned long window, root, subwindow, time;
  int x, y, x_root, y_root;
  unsigned state, keycode;
  int same_screen;
};
constexpr uint32_t kSdlKeyDown = 0x300, kSdlKeyUp = 0x301;
constexpr int32_t kSdlF9 = 66;
struct SdlKeyEvent {
  uint32_t type, timestamp, window;
  uint8_t state, repeat, padding[2];
  int32_t scancode;
};

int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

bool is_ours(long difference) { return difference >= 0 && difference <= 2; }

/** Takes one of our keys out of an X event: the game sees a key without a meaning. */
void look_at_x(void* event) {
  auto* key = static_cast<XKeyEvent*>(event);
  if (event == nullptr || (key->type != kKeyPress && key->type != kKeyRelease)) return;
  static const auto lookup =
      reinterpret_cast<unsigned long (*)(void*, int)>(mirage_hook::real_function("XLookupKeysym"));
  if (lookup == nullptr) return;
  const long difference = static_cast<long>(lookup(event, 0)) - static_cast<long>(kF9);
  if (!is_ours(difference)) return;
  if (key->type == kKeyPress) hook().keys().pressed(static_cast<Key>(difference), now_ns());
  key->keycode = 0;
}

/** Whether an SDL event is one of our keys. */
bool is_ours_in_sdl(const void* event) {
  SdlKeyEvent key;
  std::memcpy(&key, event, sizeof key);
  if ((key.type != kSdlKeyDown && key.type != kSdlKeyUp) || !is_ours(key.scancode - kSdlF9)) return false;
  if (key.type == kSdlKeyDown && key.repeat == 0)
    hook().keys().pressed(static_cast<Key>(key.scancode - kSdlF9), now_ns());
  return true;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(mirage_hook::real_function(name));
}

}  // namespace

MIRAGE_INTERPOSE int XNextEvent(void* display, void* event) {
  static const auto real = next<int (*)(void*, void*)>("XNextEvent");
  const int result = real(display, event);
  look_at_x(event);
  return result;
}

MIRAGE_INTERPOSE int XCheckIfEvent(void* display, void* event, int (*predicate)(void*, void*, char*), char* argument) {
  static const auto real = next<int (*)(void*, void*, int (*)(void*, void*, char*), char*)>("XCheckIfEvent");
  const int found = real(display, event, predicate, argument);
  if (found != 0) look_at_x(event);
  return found;
}

MIRAGE_INTERPOSE int XCheckMaskEvent(void* display, long mask, void* event) {
  static const auto real = next<int (*)(void*, long, void*)>("XCheckMaskEvent");
  const int found = real(display, mask, event);
  if (found != 0) look_at_x(event);
  return found;
}

MIRAGE_INTERPOSE int XCheckWindowEvent(void* display, unsigned long window, long mask, void* event) {
  static const auto real = next<int (*)(void*, unsigned long, long, void*)>("XCheckWindowEvent");
  const int found = real(display, window, mask, event);
  if (found != 0) look_at_x(event);
  return found;
}

MIRAGE_INTERPOSE int SDL_PollEvent(void* event) {
  static const auto real = next<int (*)(void*)>("SDL_PollEvent");
  int found = real(event);
  while (found != 0 && event != nullptr && is_ours_in_sdl(event)) found = real(event);
  return found;
}

MIRAGE_INTERPOSE int SDL_WaitEvent(void* event) {
  static const auto real = next<int (*)(void*)>("SDL_WaitEvent");
  int found = real(event);
  while (found != 0 && event != nullptr && is_ours_in_sdl(event)) found = real(event);
  return found;
}

namespace mirage_hook {

void* interposed_input(const std::string_view name) {
#define MIRAGE_ENTRY(function) \
  if (name == #function) return reinterpret_cast<void*>(&::function);
  MIRAGE_ENTRY(XNextEvent)
  MIRAGE_ENTRY(XCheckIfEvent)
  MIRAGE_ENTRY(XCheckMaskEvent)
  MIRAGE_ENTRY(XCheckWindowEvent)
  MIRAGE_ENTRY(SDL_PollEvent)
  MIRAGE_ENTRY(SDL_WaitEvent)
#undef MIRAGE_ENTRY
  return nullptr;
}

}  // namespace mirage_hook
