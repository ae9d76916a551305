"""Finds and loads the native core, and declares `lsd/lsd.h` to cffi (compared by tests/test_native_binding.py)."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from cffi import FFI

ENVIRONMENT_VARIABLE = "MIRAGE_LSD_NATIVE"


class NativeLibraryError(OSError):
    """The native core can't be found or loaded; the message says what to do."""


def library_path() -> Path:
    """Where the native core lies: `MIRAGE_LSD_NATIVE` (a file) if set, else the package's folder `_native`.

    Raises:
        NativeLibraryError: no file is there.
    """
    name = {"win32": "lsd.dll", "darwin": "liblsd.dylib"}.get(sys.platform, "liblsd.so")
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    path = Path(chosen) if chosen else Path(__file__).parent / "_native" / name
    if path.is_file():
        return path
    if chosen:
        raise NativeLibraryError(
            f"{ENVIRONMENT_VARIABLE} names {chosen}, which is not a file: set it to the path of {name}."
        )
    raise NativeLibraryError(
        f"the native core ({name}) is not here: run `make setup` in the checkout, or `pip install mirage-lsd`."
    )


@cache
def load(path: Path) -> tuple[Any, Any]:
    """The FFI and the library, loaded once a path. `Any`: the types of C structures are known to cffi only."""
    ffi = FFI()
    ffi.cdef(CDEF)
    try:
        library = ffi.dlopen(str(path))
    except OSError as error:
        raise NativeLibraryError(
            f"{path} can't be loaded ({error}): build it for this machine with `make setup`."
        ) from error
    return ffi, library


CDEF = """
typedef struct lsd_client lsd_client;
typedef struct lsd_stream lsd_stream;
typedef void (*lsd_log_callback)(void* user, int level, const char* message);

typedef struct lsd_client_config {
  uint32_t size;
  const char* endpoint;
  const char* name;
  const char* engine;
  const char* token;
  const char* server_public_key;
  const char* client_public_key;
  const char* client_secret_key;
  lsd_log_callback log;
  void* log_user;
} lsd_client_config;

typedef struct lsd_plane_desc {
  int32_t plane;
  int32_t format;
} lsd_plane_desc;

typedef struct lsd_stream_config {
  uint32_t size;
  const char* model;
  int32_t width, height;
  int32_t plane_count;
  lsd_plane_desc planes[5];
  int32_t output_width, output_height;
  int32_t output_format;
  int32_t transport;
  int32_t max_steps;
  int32_t seed;
  float fps;
} lsd_stream_config;

typedef struct lsd_camera {
  float view[16];
  float projection[16];
  float near_plane, far_plane;
  float jitter[2];
} lsd_camera;

typedef struct lsd_sun {
  float direction[3];
  float color[3];
} lsd_sun;

typedef struct lsd_frame {
  uint32_t size;
  const void* planes[5];
  int32_t row_pitch_bytes[5];
  int64_t t_capture_ns;
  const lsd_camera* camera;
  const lsd_sun* sun;
  int32_t reset;
} lsd_frame;

typedef struct lsd_result {
  uint32_t size;
  const void* pixels;
  int32_t width, height, format;
  int64_t seq;
  int64_t control_seq;
  int64_t t_capture_ns, t_submit_ns, t_receive_ns, t_start_ns, t_end_ns, t_send_ns, t_acquire_ns;
} lsd_result;

typedef struct lsd_stats {
  uint32_t size;
  int32_t client_state;
  int32_t stream_state;
  int32_t transport;
  int64_t submitted;
  int64_t sent;
  int64_t returned;
  int64_t dropped_client;
  int64_t dropped_daemon;
  int64_t dropped_results;
  int64_t reconnects;
  float fps;
  float latency_ms_p50, latency_ms_p95, latency_ms_max;
  float round_trip_ms;
} lsd_stats;

const char* lsd_version(void);
int64_t lsd_now_ns(void);
const char* lsd_last_error(void);

lsd_client* lsd_client_create(const lsd_client_config* config);
void lsd_client_destroy(lsd_client* client);
int lsd_client_get_state(const lsd_client* client);
size_t lsd_client_last_error(const lsd_client* client, char* buffer, size_t capacity);

lsd_stream* lsd_stream_open(lsd_client* client, const lsd_stream_config* config);
void lsd_stream_close(lsd_stream* stream);
int lsd_stream_submit(lsd_stream* stream, const lsd_frame* frame, int64_t* out_seq);
int lsd_stream_acquire(lsd_stream* stream, lsd_result* out);

int lsd_stream_control_begin(lsd_stream* stream);
int lsd_stream_control_string(lsd_stream* stream, const char* name, const char* value);
int lsd_stream_control_int(lsd_stream* stream, const char* name, int64_t value);
int lsd_stream_control_floats(lsd_stream* stream, const char* name, const float* values, int32_t count);
int64_t lsd_stream_control_commit(lsd_stream* stream, float transition_s);
int lsd_stream_reset(lsd_stream* stream);

int lsd_stream_get_state(const lsd_stream* stream);
size_t lsd_stream_last_error(const lsd_stream* stream, char* buffer, size_t capacity);
int lsd_stream_get_stats(const lsd_stream* stream, lsd_stats* out);
int lsd_stream_stage_ms(const lsd_stream* stream, const char* stage, float* p50, float* p95);
size_t lsd_stream_stage_names(const lsd_stream* stream, char* buffer, size_t capacity);
"""
