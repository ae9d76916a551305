// The native core, loaded into the game at run time: where it is missing, the game runs without.
#pragma once

#include <lsd/lsd.h>

namespace mirage_hook {

// clang-format off
#define MIRAGE_CORE_FUNCTIONS(X)                                                                                    \
  X(lsd_client_create)                                                                                              \
  X(lsd_client_control_choice)                                                                                      \
  X(lsd_client_control_count)                                                                                       \
  X(lsd_client_control_spec) X(lsd_context_plane_size) X(lsd_last_error) X(lsd_now_ns) X(lsd_stream_acquire)       \
      X(lsd_stream_acquire_context) X(lsd_stream_close) X(lsd_stream_release_context)                               \
      X(lsd_stream_control_begin) X(lsd_stream_control_commit) X(lsd_stream_control_string) X(lsd_stream_get_state) \
          X(lsd_stream_get_stats) X(lsd_stream_last_error) X(lsd_stream_next_notice) X(lsd_stream_open)             \
              X(lsd_stream_submit)

// clang-format on

struct NativeCore {
#define MIRAGE_FIELD(name) decltype(&::name) name = nullptr;
  MIRAGE_CORE_FUNCTIONS(MIRAGE_FIELD)
#undef MIRAGE_FIELD
};

/** The file that MIRAGE_LSD_NATIVE names, else liblsd.so beside this library. Null, with a logged sentence, if it can't
 * be loaded. */
const NativeCore* load_native_core();

}  // namespace mirage_hook
