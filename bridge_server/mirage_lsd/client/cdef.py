"""`lsd/lsd.h` as cffi reads it (compared with the header by tests/test_native_binding.py)."""

CDEF = """
typedef struct lsd_client lsd_client;
typedef struct lsd_stream lsd_stream;
typedef struct lsd_surface lsd_surface;
typedef struct lsd_fence lsd_fence;
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
  int32_t output_alpha;
  int32_t memory;
  int32_t cuda_device;
  void* cuda_stream;
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

typedef struct lsd_slot {
  int32_t slot;
  int32_t object_class;
  int32_t flags;
  float strength;
  float world_from_object[12];
  float previous_world_from_object[12];
} lsd_slot;

typedef struct lsd_frame {
  uint32_t size;
  const void* planes[5];
  int32_t row_pitch_bytes[5];
  int64_t t_capture_ns;
  const lsd_camera* camera;
  const lsd_sun* sun;
  int32_t reset;
  int32_t slot_count;
  const lsd_slot* slots;
} lsd_frame;

typedef struct lsd_adapter {
  uint32_t size;
  int32_t handle_kind;
  uint8_t uuid[16];
  uint8_t luid[8];
} lsd_adapter;

typedef struct lsd_surface_config {
  uint32_t size;
  int32_t handle_kind;
  int64_t handle;
  uint64_t memory_bytes;
  uint64_t offset;
  int32_t is_image;
  int32_t is_dedicated;
  int32_t is_render_target;
  int32_t width, height;
  int32_t format;
  int32_t row_pitch_bytes;
} lsd_surface_config;

typedef struct lsd_fence_config {
  uint32_t size;
  int32_t handle_kind;
  int64_t handle;
} lsd_fence_config;

typedef struct lsd_fence_use {
  uint32_t size;
  lsd_fence* fence;
  uint64_t wait_value;
  uint64_t signal_value;
} lsd_fence_use;

typedef struct lsd_result {
  uint32_t size;
  const void* pixels;
  int32_t width, height, format;
  int64_t seq;
  int64_t control_seq;
  int64_t t_capture_ns, t_submit_ns, t_receive_ns, t_start_ns, t_end_ns, t_send_ns, t_acquire_ns;
  int32_t has_camera;
  lsd_camera camera;
  int32_t memory;
} lsd_result;

typedef struct lsd_context {
  uint32_t size;
  int32_t width, height, channels;
  const uint16_t* values;
  int64_t seq;
  int64_t control_seq;
  int64_t t_capture_ns, t_submit_ns, t_receive_ns, t_start_ns, t_end_ns, t_send_ns, t_acquire_ns;
  int64_t age_ns;
  int32_t is_new;
  int32_t has_camera;
  lsd_camera camera;
  const char* shape;
  int32_t shape_version;
  int32_t weight_count;
  const uint16_t* weights;
  int64_t weights_generation;
  int64_t weights_control_seq;
  float seed[3];
  float sun[3];
  float palette[24];
  float strength;
  const void* hold;
} lsd_context;

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

typedef struct lsd_control_spec {
  uint32_t size;
  int32_t kind;
  char name[65];
  char help[256];
  char unit[16];
  char default_text[256];
  float minimum, maximum;
  float default_values[4];
  int32_t has_default;
  int64_t default_seed;
  int32_t takes_transition;
  int32_t max_bytes;
  int32_t choice_count;
} lsd_control_spec;

typedef struct lsd_notice {
  uint32_t size;
  char code[64];
  char message[1024];
} lsd_notice;

typedef struct lsd_progress {
  uint32_t size;
  char what[256];
  float fraction;
} lsd_progress;

const char* lsd_version(void);
int64_t lsd_now_ns(void);
const char* lsd_last_error(void);

lsd_client* lsd_client_create(const lsd_client_config* config);
void lsd_client_destroy(lsd_client* client);
int lsd_client_get_state(const lsd_client* client);
size_t lsd_client_last_error(const lsd_client* client, char* buffer, size_t capacity);

int32_t lsd_client_model_count(const lsd_client* client);
int lsd_client_model_name(const lsd_client* client, int32_t index, char* buffer, size_t capacity);
int32_t lsd_client_control_count(const lsd_client* client, const char* model);
int lsd_client_control_spec(const lsd_client* client, const char* model, int32_t index, lsd_control_spec* out);
int lsd_client_control_choice(const lsd_client* client, const char* model, int32_t index, int32_t choice,
                              char* buffer, size_t capacity);
int64_t lsd_client_models_generation(const lsd_client* client);
int lsd_client_model_context(const lsd_client* client, const char* model);
int lsd_client_get_progress(const lsd_client* client, lsd_progress* out);

lsd_stream* lsd_stream_open(lsd_client* client, const lsd_stream_config* config);
void lsd_stream_close(lsd_stream* stream);
int lsd_stream_submit(lsd_stream* stream, const lsd_frame* frame, int64_t* out_seq);
int lsd_stream_acquire(lsd_stream* stream, lsd_result* out);

int lsd_find_card(const lsd_adapter* adapter, int32_t* cuda_device);
lsd_surface* lsd_stream_import_surface(lsd_stream* stream, const lsd_surface_config* config);
lsd_fence* lsd_stream_import_fence(lsd_stream* stream, const lsd_fence_config* config);
void lsd_surface_release(lsd_surface* surface);
void lsd_fence_release(lsd_fence* fence);
int lsd_stream_submit_surfaces(lsd_stream* stream, const lsd_frame* frame, lsd_surface* const* surfaces,
                               const lsd_fence_use* use, int64_t* out_seq);
int lsd_stream_acquire_into(lsd_stream* stream, lsd_surface* target, const lsd_fence_use* use, lsd_result* out);

int lsd_context_plane_size(int32_t width, int32_t height, int32_t* plane_width, int32_t* plane_height);
int lsd_stream_acquire_context(lsd_stream* stream, lsd_context* out);
int lsd_stream_release_context(lsd_stream* stream, lsd_context* context);

int lsd_stream_control_begin(lsd_stream* stream);
int lsd_stream_control_string(lsd_stream* stream, const char* name, const char* value);
int lsd_stream_control_int(lsd_stream* stream, const char* name, int64_t value);
int lsd_stream_control_floats(lsd_stream* stream, const char* name, const float* values, int32_t count);
int lsd_stream_control_flag(lsd_stream* stream, const char* name, int32_t value);
int lsd_stream_control_float(lsd_stream* stream, const char* name, float value);
int64_t lsd_stream_control_commit(lsd_stream* stream, float transition_s);
int lsd_stream_reset(lsd_stream* stream);

int lsd_stream_get_state(const lsd_stream* stream);
size_t lsd_stream_last_error(const lsd_stream* stream, char* buffer, size_t capacity);
int lsd_stream_next_notice(lsd_stream* stream, lsd_notice* out);
int lsd_stream_get_progress(const lsd_stream* stream, lsd_progress* out);
int lsd_stream_get_stats(const lsd_stream* stream, lsd_stats* out);
int lsd_stream_stage_ms(const lsd_stream* stream, const char* stage, float* p50, float* p95);
size_t lsd_stream_stage_names(const lsd_stream* stream, char* buffer, size_t capacity);
"""
