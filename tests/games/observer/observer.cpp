// What a test sees of a game from outside: a clock that goes on by the same step each frame (so that a slow machine
// gives even motion, and two runs the same one), and the frames as they are shown. Loaded after the hook, or without
// it.
//
//   OBSERVER_CLOCK_MS   step of the clock a frame, milliseconds; without it time is the machine's
//   OBSERVER_FOLDER     folder for the frames (width, height: int32; RGBA, row 0 at the bottom), frames FIRST to LAST
//   OBSERVER_KEYS       FRAME:KEY ..., keys that xdotool presses at a frame; FRAME:+KEY keeps it down,
//                       FRAME:@X,Y clicks there
//   OBSERVER_TIMES      file for the machine's time at each frame shown (nanoseconds, int64)
//   OBSERVER_PAUSE_MS   pause after each frame, milliseconds of the machine's time
//   OBSERVER_FIRST, OBSERVER_LAST   frames are counted from 1; after LAST the game is ended
#include <GL/gl.h>
#include <GL/glext.h>
#include <dlfcn.h>
#include <link.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {

using Dlsym = void* (*)(void*, const char*);

Dlsym libc_dlsym() {
  static const Dlsym found = [] {
    for (const char* version : {"GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.34"})
      if (void* symbol = dlvsym(RTLD_NEXT, "dlsym", version)) return reinterpret_cast<Dlsym>(symbol);
    std::abort();
  }();
  return found;
}

template <typename Function>
Function next(const char* name) {
  void* found = libc_dlsym()(RTLD_NEXT, name);
  for (const char* library : {"libGL.so.1", "libEGL.so.1", "libOpenGL.so.0"})
    if (found == nullptr) found = libc_dlsym()(dlopen(library, RTLD_LAZY), name);
  return reinterpret_cast<Function>(found);
}

int64_t number(const char* variable, int64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::atoll(text) : otherwise;
}

int64_t step_ns() {
  static const int64_t step = number("OBSERVER_CLOCK_MS", 0) * 1000000;
  return step;
}

bool main_thread() { return syscall(SYS_gettid) == getpid(); }

// ---- the clock ----

constexpr int64_t kStartNs = 1000LL * 1000000000;        // of CLOCK_MONOTONIC
constexpr int64_t kEpochNs = 1700000000LL * 1000000000;  // of CLOCK_REALTIME, at the start
constexpr int64_t kStepOfALookNs = 1000;                 // who waits for time to pass sees it pass
std::atomic<int64_t> now_ns{kStartNs};
int64_t frame_began_ns = kStartNs;

// These wait for each other, for the display or for the daemon: they keep the machine's time.
constexpr const char* kRealTime[] = {"liblsd",  "libzmq", "libmirage_gl_hook", "_dri.so",   "libGL",    "libEGL",
                                     "libX",    "libxcb", "libopenal",         "libasound", "libpulse", "libgallium",
                                     "libLLVM", "libc.so"};
struct Range {
  uintptr_t first, last;
  bool real;
};

int add_ranges(dl_phdr_info* info, size_t, void* out) {
  auto* ranges = static_cast<std::vector<Range>*>(out);
  bool real = false;
  for (const char* part : kRealTime) real = real || std::strstr(info->dlpi_name, part) != nullptr;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0)
      ranges->push_back({info->dlpi_addr + segment.p_vaddr, info->dlpi_addr + segment.p_vaddr + segment.p_memsz, real});
  }
  return 0;
}

bool lives_in_the_machines_time(void* caller) {
  if (step_ns() == 0) return true;
  thread_local std::vector<Range> ranges;
  thread_local bool looking = false;
  const auto address = reinterpret_cast<uintptr_t>(caller);
  for (int attempt = 0; attempt < 2; attempt++) {
    for (const Range& range : ranges)
      if (address >= range.first && address < range.last) return range.real;
    if (looking) return true;
    looking = true;  // libraries were loaded since
    ranges.clear();
    dl_iterate_phdr(add_ranges, &ranges);
    looking = false;
  }
  return true;
}

int64_t look() { return now_ns += main_thread() ? kStepOfALookNs : 0; }

/** A pause of the main thread takes no time but the clock's. */
bool skip_pause(int64_t ns, void* caller) {
  if (lives_in_the_machines_time(caller) || !main_thread() || ns < 0) return false;
  now_ns += ns;
  return true;
}

// ---- the frames ----

void dump_frame(int64_t frame) {
  static const char* folder = std::getenv("OBSERVER_FOLDER");
  static const int64_t first = number("OBSERVER_FIRST", 1), last = number("OBSERVER_LAST", INT64_MAX);
  if (folder != nullptr && frame >= first && frame <= last) {
    static const auto get = next<void (*)(GLenum, GLint*)>("glGetIntegerv");
    static const auto read = next<decltype(&::glReadPixels)>("glReadPixels");
    static const auto store = next<decltype(&::glPixelStorei)>("glPixelStorei");
    static const auto bind = next<void (*)(GLenum, GLuint)>("glBindFramebuffer");
    static const auto bind_buffer = next<void (*)(GLenum, GLuint)>("glBindBuffer");
    static const auto read_from = next<void (*)(GLenum)>("glReadBuffer");
    constexpr GLenum kStore[] = {GL_PACK_ALIGNMENT, GL_PACK_ROW_LENGTH, GL_PACK_SKIP_ROWS, GL_PACK_SKIP_PIXELS};
    GLint viewport[4], framebuffer = 0, buffer = 0, stored[4], from = 0, drawn = 0, draw_framebuffer = 0;
    get(GL_VIEWPORT, viewport);
    get(GL_READ_FRAMEBUFFER_BINDING, &framebuffer);
    get(GL_DRAW_FRAMEBUFFER_BINDING, &draw_framebuffer);
    get(GL_PIXEL_PACK_BUFFER_BINDING, &buffer);
    bind(GL_FRAMEBUFFER, 0);
    get(GL_READ_BUFFER, &from);
    get(GL_DRAW_BUFFER, &drawn);
    bind_buffer(GL_PIXEL_PACK_BUFFER, 0);
    for (int i = 0; i < 4; i++) {
      get(kStore[i], &stored[i]);
      store(kStore[i], i == 0 ? 1 : 0);
    }
    const int32_t size[2] = {static_cast<int32_t>(number("OBSERVER_WIDTH", 640)),
                             static_cast<int32_t>(number("OBSERVER_HEIGHT", 360))};
    std::vector<uint8_t> pixels(static_cast<size_t>(size[0]) * size[1] * 4);
    read_from(static_cast<GLenum>(drawn));
    read(0, 0, size[0], size[1], GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
    read_from(static_cast<GLenum>(from));
    for (int i = 0; i < 4; i++) store(kStore[i], stored[i]);
    bind_buffer(GL_PIXEL_PACK_BUFFER, static_cast<GLuint>(buffer));
    bind(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(draw_framebuffer));
    bind(GL_READ_FRAMEBUFFER, static_cast<GLuint>(framebuffer));
    char name[32];
    std::snprintf(name, sizeof name, "/%06lld.rgba", static_cast<long long>(frame));
    if (std::FILE* file = std::fopen((std::string(folder) + name).c_str(), "wb")) {
      std::fwrite(size, sizeof size, 1, file);
      std::fwrite(pixels.data(), 1, pixels.size(), file);
      std::fclose(file);
    }
  }
  if (frame >= last) _exit(0);
}

/** Presses the keys and the button that are due at this frame. */
void press_keys(int64_t frame) {
  const char* due = std::getenv("OBSERVER_KEYS");
  while (due != nullptr && *due != 0) {
    char* word = nullptr;
    const int64_t at = std::strtoll(due, &word, 10);
    const std::string key(word, std::strcspn(word, " "));
    due = word + key.size();
    if (*due == ' ') due++;
    if (at != frame || key.size() < 2 || key[0] != ':') continue;
    std::string press = key[1] == '+' ? "keydown " + key.substr(2) : "key " + key.substr(1);
    if (key[1] == '@') {
      const size_t comma = std::min(key.find(','), key.size() - 1);
      press = "mousemove " + key.substr(2, comma - 2) + " " + key.substr(comma + 1) + " sleep 0.2 click 1";
    }
    if (std::system(("env -u LD_PRELOAD xdotool " + press).c_str()) != 0)
      std::fprintf(stderr, "observer: xdotool failed\n");
  }
}

/** Notes when the frame was shown, by the machine's clock. */
void note_time() {
  static std::FILE* const file = [] {
    const char* path = std::getenv("OBSERVER_TIMES");
    return path != nullptr ? std::fopen(path, "wb") : nullptr;
  }();
  if (file == nullptr) return;
  static const auto real = next<int (*)(clockid_t, timespec*)>("clock_gettime");
  timespec time{};
  real(CLOCK_MONOTONIC, &time);
  const int64_t ns = int64_t{time.tv_sec} * 1000000000 + time.tv_nsec;
  std::fwrite(&ns, sizeof ns, 1, file);
  std::fflush(file);
}

void frame_shown() {
  static int64_t frame = 0;
  note_time();
  press_keys(++frame);
  dump_frame(frame);
  static const int64_t pause_us = number("OBSERVER_PAUSE_MS", 0) * 1000;
  if (pause_us > 0) next<int (*)(useconds_t)>("usleep")(static_cast<useconds_t>(pause_us));
  if (step_ns() == 0) return;
  const int64_t due = frame_began_ns + step_ns();
  if (now_ns < due) now_ns = due;
  frame_began_ns = now_ns;
}

}  // namespace

EXPORTED int clock_gettime(clockid_t id, timespec* time) {
  static const auto real = next<int (*)(clockid_t, timespec*)>("clock_gettime");
  const bool cpu = id == CLOCK_PROCESS_CPUTIME_ID || id == CLOCK_THREAD_CPUTIME_ID;
  if (cpu || lives_in_the_machines_time(__builtin_return_address(0))) return real(id, time);
  const bool wall = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
  const int64_t ns = look() + (wall ? kEpochNs - kStartNs : 0);
  time->tv_sec = ns / 1000000000;
  time->tv_nsec = ns % 1000000000;
  return 0;
}

EXPORTED int gettimeofday(timeval* time, void* zone) {
  static const auto real = next<int (*)(timeval*, void*)>("gettimeofday");
  if (lives_in_the_machines_time(__builtin_return_address(0))) return real(time, zone);
  const int64_t ns = look() + kEpochNs - kStartNs;
  time->tv_sec = ns / 1000000000;
  time->tv_usec = ns % 1000000000 / 1000;
  return 0;
}

EXPORTED time_t time(time_t* out) {
  static const auto real = next<time_t (*)(time_t*)>("time");
  if (lives_in_the_machines_time(__builtin_return_address(0))) return real(out);
  const time_t seconds = (look() + kEpochNs - kStartNs) / 1000000000;
  if (out != nullptr) *out = seconds;
  return seconds;
}

EXPORTED int nanosleep(const timespec* wanted, timespec* left) {
  static const auto real = next<int (*)(const timespec*, timespec*)>("nanosleep");
  if (skip_pause(wanted->tv_sec * 1000000000LL + wanted->tv_nsec, __builtin_return_address(0))) return 0;
  return real(wanted, left);
}

EXPORTED int clock_nanosleep(clockid_t id, int flags, const timespec* wanted, timespec* left) {
  static const auto real = next<int (*)(clockid_t, int, const timespec*, timespec*)>("clock_nanosleep");
  const int64_t ns = wanted->tv_sec * 1000000000LL + wanted->tv_nsec;
  const int64_t pause =
      (flags & TIMER_ABSTIME) == 0 ? ns : ns - now_ns - (id == CLOCK_REALTIME ? kEpochNs - kStartNs : 0);
  if (skip_pause(pause > 0 ? pause : 0, __builtin_return_address(0))) return 0;
  return real(id, flags, wanted, left);
}

EXPORTED int usleep(useconds_t microseconds) {
  static const auto real = next<int (*)(useconds_t)>("usleep");
  return skip_pause(microseconds * 1000LL, __builtin_return_address(0)) ? 0 : real(microseconds);
}

EXPORTED int select(int number_of, fd_set* read, fd_set* write, fd_set* except, timeval* timeout) {
  static const auto real = next<int (*)(int, fd_set*, fd_set*, fd_set*, timeval*)>("select");
  void* caller = __builtin_return_address(0);
  if (timeout != nullptr && skip_pause(timeout->tv_sec * 1000000000LL + timeout->tv_usec * 1000LL, caller)) {
    timeval none{};
    return real(number_of, read, write, except, &none);
  }
  return real(number_of, read, write, except, timeout);
}

EXPORTED void glXSwapBuffers(void* display, unsigned long drawable) {
  static const auto real = next<void (*)(void*, unsigned long)>("glXSwapBuffers");
  frame_shown();
  real(display, drawable);
}

EXPORTED unsigned eglSwapBuffers(void* display, void* surface) {
  static const auto real = next<unsigned (*)(void*, void*)>("eglSwapBuffers");
  frame_shown();
  return real(display, surface);
}

namespace {

void* observed(const char* name) {
  if (std::strcmp(name, "glXSwapBuffers") == 0) return reinterpret_cast<void*>(&glXSwapBuffers);
  if (std::strcmp(name, "eglSwapBuffers") == 0) return reinterpret_cast<void*>(&eglSwapBuffers);
  return nullptr;
}

}  // namespace

EXPORTED void* glXGetProcAddressARB(const unsigned char* name) {
  static const auto real = next<void* (*)(const unsigned char*)>("glXGetProcAddressARB");
  void* ours = observed(reinterpret_cast<const char*>(name));
  return ours != nullptr ? ours : real(name);
}

EXPORTED void* eglGetProcAddress(const unsigned char* name) {
  static const auto real = next<void* (*)(const unsigned char*)>("eglGetProcAddress");
  void* ours = observed(reinterpret_cast<const char*>(name));
  return ours != nullptr ? ours : real(name);
}

EXPORTED __attribute__((optimize("O2"))) void* dlsym(void* handle, const char* name) {
  if (handle != RTLD_NEXT) {
    void* ours = observed(name);
    if (std::strcmp(name, "glXGetProcAddressARB") == 0) ours = reinterpret_cast<void*>(&glXGetProcAddressARB);
    if (ours != nullptr && libc_dlsym()(handle, name) != nullptr) return ours;
  }
  return libc_dlsym()(handle, name);
}
