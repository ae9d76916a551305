/* MirageLSD native core: C ABI.
 *
 * Thread rules: every function may be called from any thread. None of them waits for the network, for the daemon, for a
 * file or for another thread's I/O: all of that happens on the client's own I/O thread. The only functions that may
 * take longer than a memory copy are lsd_client_create and lsd_client_destroy (they start and join that thread; destroy
 * is bounded by 500 ms) and what has to do with surfaces whose fence does not come: submitting waits for one 250 ms
 * where frames go through host memory, releasing them and closing their stream a second a fence. No exception leaves
 * this interface. Strings are UTF-8. Structures begin with `size`, set by the caller to sizeof, so that later versions
 * can grow them.
 */
#ifndef LSD_LSD_H
#define LSD_LSD_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#if defined(LSD_BUILD)
#define LSD_API __declspec(dllexport)
#else
#define LSD_API __declspec(dllimport)
#endif
#else
#define LSD_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define LSD_VERSION_MAJOR 0
#define LSD_VERSION_MINOR 1
#define LSD_VERSION_PATCH 0
#define LSD_PROTOCOL_MAJOR 1
#define LSD_PROTOCOL_MINOR 0
#define LSD_MAX_PLANES 5
#define LSD_MAX_SLOTS 255
#define LSD_MAX_CONTEXTS 3 /**< that may be held of a stream at a time */
#define LSD_PALETTE_NUMBERS 24

typedef struct lsd_client lsd_client;
typedef struct lsd_stream lsd_stream;
typedef struct lsd_surface lsd_surface;
typedef struct lsd_fence lsd_fence;

/** What a call came to. Negative values are errors; lsd_last_error() has the sentence. */
typedef enum lsd_status {
  LSD_OK = 0,
  LSD_NOTHING = 1, /**< acquire: no newer result; submit: not connected or stream not open yet, the frame was dropped
                      and counted */
  LSD_ERROR_ARGUMENT = -1, /**< a null pointer, a size or a number out of range */
  LSD_ERROR_MEMORY = -2,   /**< out of memory */
  LSD_ERROR_CLOSED = -3,   /**< the stream was closed */
  LSD_ERROR_INTERNAL = -4  /**< anything else */
} lsd_status;

typedef enum lsd_client_state {
  LSD_CLIENT_CONNECTING = 0, /**< also while it reconnects */
  LSD_CLIENT_READY = 1,
  LSD_CLIENT_REFUSED = 2 /**< the daemon refused for good (version, token); it is tried again at the longest back-off */
} lsd_client_state;

typedef enum lsd_stream_state {
  LSD_STREAM_PENDING = 0, /**< waits for the connection or for `opened` */
  LSD_STREAM_OPEN = 1,
  LSD_STREAM_FAILED = 2, /**< the daemon refused it; lsd_stream_last_error() says why */
  LSD_STREAM_CLOSED = 3
} lsd_stream_state;

typedef enum lsd_plane {
  LSD_PLANE_COLOR = 0,
  LSD_PLANE_DEPTH = 1,
  LSD_PLANE_MOTION = 2,
  LSD_PLANE_NORMAL = 3,
  LSD_PLANE_IDS = 4
} lsd_plane;

typedef enum lsd_format {
  LSD_FORMAT_RGBA8 = 0,
  LSD_FORMAT_BGRA8 = 1,
  LSD_FORMAT_RGBA16F = 2,
  LSD_FORMAT_R32F = 3,
  LSD_FORMAT_RG16F = 4,
  LSD_FORMAT_R8 = 5,
  LSD_FORMAT_CONTEXT = 6 /**< an output only: contexts in place of pictures, for engines that shade themselves */
} lsd_format;

typedef enum lsd_transport {
  LSD_TRANSPORT_AUTO = 0, /**< shared memory when the daemon is on this machine, else inline */
  LSD_TRANSPORT_INLINE = 1,
  LSD_TRANSPORT_SHARED_MEMORY = 2,
  LSD_TRANSPORT_CUDA_IPC = 3 /**< with LSD_MEMORY_CUDA or LSD_MEMORY_SURFACE only, where AUTO tries it first */
} lsd_transport;

/** Where a stream's planes and results are. */
typedef enum lsd_memory {
  LSD_MEMORY_HOST = 0,
  LSD_MEMORY_CUDA = 1, /**< device pointers of the card's primary context (the CUDA runtime, PyTorch and CuPy use it) */
  LSD_MEMORY_SURFACE = 2 /**< textures or buffers of Vulkan or Direct3D on the card: lsd_stream_import_surface */
} lsd_memory;

/** What shares a texture, a buffer or a fence. */
typedef enum lsd_handle_kind {
  LSD_HANDLE_VULKAN_FD = 1,    /**< memory (OPAQUE_FD) or a timeline semaphore (OPAQUE_FD) */
  LSD_HANDLE_VULKAN_WIN32 = 2, /**< the same as NT handles (OPAQUE_WIN32) */
  LSD_HANDLE_D3D12 = 3,        /**< NT handle of a committed resource or of an ID3D12Fence */
  LSD_HANDLE_D3D11 = 4         /**< NT handle of a texture or of an ID3D11Fence */
} lsd_handle_kind;

typedef enum lsd_alpha {
  LSD_ALPHA_OPAQUE = 0, /**< 255 everywhere */
  LSD_ALPHA_ENGINE = 1  /**< the color plane's own */
} lsd_alpha;

/** What a slot's pixels are (PROTOCOL.md, section 2). */
typedef enum lsd_class {
  LSD_CLASS_UNSPECIFIED = 0,
  LSD_CLASS_SKIN = 1,
  LSD_CLASS_HAIR = 2,
  LSD_CLASS_OUTFIT = 3,
  LSD_CLASS_FOLIAGE = 4,
  LSD_CLASS_TERRAIN = 5,
  LSD_CLASS_BUILDING = 6,
  LSD_CLASS_PROP = 7,
  LSD_CLASS_VEHICLE = 8,
  LSD_CLASS_WATER = 9,
  LSD_CLASS_GLASS = 10,
  LSD_CLASS_CREATURE = 11,
  LSD_CLASS_HELD = 12,
  LSD_CLASS_EFFECT = 13,
  LSD_CLASS_EMISSIVE = 14,
  LSD_CLASS_INTERFACE = 15
} lsd_class;

typedef enum lsd_slot_flags {
  LSD_SLOT_HAS_STRENGTH = 1,
  LSD_SLOT_HAS_TRANSFORM = 2,
  LSD_SLOT_HAS_PREVIOUS = 4
} lsd_slot_flags;

typedef enum lsd_control_kind {
  LSD_CONTROL_CHOICE = 0,
  LSD_CONTROL_TEXT = 1,
  LSD_CONTROL_NUMBER = 2,
  LSD_CONTROL_DIRECTION = 3,
  LSD_CONTROL_COLOR = 4,
  LSD_CONTROL_FLAG = 5,
  LSD_CONTROL_SEED = 6
} lsd_control_kind;

typedef enum lsd_log_level {
  LSD_LOG_DEBUG = 0,
  LSD_LOG_INFO = 1,
  LSD_LOG_WARNING = 2,
  LSD_LOG_ERROR = 3
} lsd_log_level;

/** Called on the I/O thread; must return quickly and must not call into this library except lsd_now_ns. */
typedef void (*lsd_log_callback)(void* user, lsd_log_level level, const char* message);

typedef struct lsd_client_config {
  uint32_t size;
  const char* endpoint;          /**< NULL: tcp://127.0.0.1:5757 */
  const char* name;              /**< the program's name, for the daemon's log */
  const char* engine;            /**< "unity", "unreal", "panda3d", ... */
  const char* token;             /**< or NULL */
  const char* server_public_key; /**< Z85, 40 characters: CURVE; NULL: none */
  const char* client_public_key; /**< Z85; together with the secret key */
  const char* client_secret_key;
  lsd_log_callback log; /**< or NULL */
  void* log_user;
} lsd_client_config;

typedef struct lsd_plane_desc {
  int32_t plane;  /**< lsd_plane */
  int32_t format; /**< lsd_format */
} lsd_plane_desc;

typedef struct lsd_stream_config {
  uint32_t size;
  const char* model;     /**< NULL: "mirage-lsd-v1" */
  int32_t width, height; /**< pixels of every plane, 16..4096 */
  int32_t plane_count;   /**< 1..LSD_MAX_PLANES; LSD_PLANE_COLOR must be among them */
  lsd_plane_desc planes[LSD_MAX_PLANES];
  int32_t output_width, output_height; /**< 0: as the input */
  int32_t output_format;               /**< LSD_FORMAT_RGBA8, LSD_FORMAT_BGRA8 or LSD_FORMAT_CONTEXT */
  int32_t transport;                   /**< lsd_transport */
  int32_t max_steps;                   /**< 1..8; 0: 3 */
  int32_t seed;
  float fps;            /**< 0: as fast as possible */
  int32_t output_alpha; /**< lsd_alpha */
  int32_t memory;      /**< lsd_memory, of planes and of results, whatever the transport. Where frames can't stay on the
                          card, submit waits until they are copied to host memory */
  int32_t cuda_device; /**< LSD_MEMORY_CUDA, LSD_MEMORY_SURFACE: its number in this process */
  void* cuda_stream;   /**< LSD_MEMORY_CUDA: the CUstream (cudaStream_t) in which planes are written before submit and
                          results are read after acquire; NULL: the legacy default stream. It must outlive the stream */
} lsd_stream_config;

/** Right-handed, metres, row-major, column vectors; see PROTOCOL.md section 2. */
typedef struct lsd_camera {
  float view[16];
  float projection[16];
  float near_plane, far_plane;
  float jitter[2];
} lsd_camera;

typedef struct lsd_sun {
  float direction[3]; /**< unit, towards the sun */
  float color[3];     /**< linear */
} lsd_sun;

/** One entry of the table of slots: what the pixels with this number in the plane `ids` are, and how they move. */
typedef struct lsd_slot {
  int32_t slot;                         /**< 1..LSD_MAX_SLOTS */
  int32_t object_class;                 /**< lsd_class */
  int32_t flags;                        /**< lsd_slot_flags: which of the following are set */
  float strength;                       /**< 0: left alone, to the pixel; 1: painted */
  float world_from_object[12];          /**< 3x4, row-major, metres */
  float previous_world_from_object[12]; /**< of the engine's previous frame */
} lsd_slot;

typedef struct lsd_frame {
  uint32_t size;
  const void* planes[LSD_MAX_PLANES];      /**< in the order of lsd_stream_config.planes, row 0 on top, in its memory */
  int32_t row_pitch_bytes[LSD_MAX_PLANES]; /**< bytes from row to row; 0: tightly packed */
  int64_t t_capture_ns;                    /**< lsd_now_ns() when the picture was complete; 0: now */
  const lsd_camera* camera;                /**< or NULL */
  const lsd_sun* sun;                      /**< or NULL */
  int32_t reset;                           /**< not 0: camera cut, forget the history */
  int32_t slot_count;                      /**< 0..LSD_MAX_SLOTS */
  const lsd_slot* slots; /**< the whole table, each frame, or NULL: as before; only what changed goes to the daemon */
} lsd_frame;

/** The GPU that an engine draws on. */
typedef struct lsd_adapter {
  uint32_t size;
  int32_t handle_kind; /**< lsd_handle_kind: what it will share */
  uint8_t uuid[16];    /**< VkPhysicalDeviceIDProperties.deviceUUID; zeros: not known */
  uint8_t luid[8]; /**< DXGI_ADAPTER_DESC.AdapterLuid or VkPhysicalDeviceIDProperties.deviceLUID; zeros: not known */
} lsd_adapter;

/** A texture or a buffer that the engine's graphics interface made for sharing. */
typedef struct lsd_surface_config {
  uint32_t size;
  int32_t handle_kind; /**< lsd_handle_kind */
  int64_t handle;      /**< the file descriptor, or the NT handle; it stays the caller's and may be closed afterwards */
  uint64_t memory_bytes; /**< of the whole allocation, as it was made */
  uint64_t offset;       /**< where in it the surface begins */
  int32_t is_image; /**< 0: rows one below the other (a buffer, a Vulkan image with linear tiling); not 0: a texture as
                       the driver lays it out */
  int32_t is_dedicated;     /**< Vulkan: the memory was allocated for this image or buffer alone */
  int32_t is_render_target; /**< images: they can be drawn to */
  int32_t width, height;    /**< pixels */
  int32_t format;           /**< lsd_format, of a plane or of the output */
  int32_t row_pitch_bytes;  /**< buffers: bytes from row to row; 0: tightly packed */
} lsd_surface_config;

typedef struct lsd_fence_config {
  uint32_t size;
  int32_t handle_kind; /**< lsd_handle_kind */
  int64_t handle;      /**< as of a surface */
} lsd_fence_config;

/** When the card may touch surfaces, and what it says when it is done with them. Values rise, as the engine signals. */
typedef struct lsd_fence_use {
  uint32_t size;
  lsd_fence* fence;      /**< or NULL: the engine waits itself, before and after */
  uint64_t wait_value;   /**< 0: none */
  uint64_t signal_value; /**< 0: none; signalled only where the call returned LSD_OK */
} lsd_fence_use;

/** A finished frame. `pixels` stays valid until the next lsd_stream_acquire of this stream or lsd_stream_close. */
typedef struct lsd_result {
  uint32_t size;
  const void* pixels; /**< output_width * output_height * 4 bytes, row 0 on top, sRGB; null of acquire_into */
  int32_t width, height, format;
  int64_t seq;         /**< of the submitted frame; the first is 1 */
  int64_t control_seq; /**< the newest control in effect, 0 before any */
  int64_t t_capture_ns, t_submit_ns, t_receive_ns, t_start_ns, t_end_ns, t_send_ns, t_acquire_ns;
  int32_t has_camera; /**< `camera` is the one that was submitted with the frame */
  lsd_camera camera;
  int32_t memory; /**< lsd_memory: what `pixels` points into; complete in either case */
} lsd_result;

/** What the engine needs to shade a frame itself, of a stream opened with LSD_FORMAT_CONTEXT (PROTOCOL.md section 10):
 * the newest context, and the weights that go with it. The pointers stay valid until lsd_stream_release_context or
 * lsd_stream_close. float16 numbers are given as their bits. */
typedef struct lsd_context {
  uint32_t size;
  int32_t width, height, channels; /**< of the grid: 40 x 22 x 16 for 1280x720 */
  const uint16_t* values;          /**< float16, row 0 on top, a cell's channels side by side */
  int64_t seq;                     /**< of the submitted frame that it was made for */
  int64_t control_seq;             /**< the newest control in effect, 0 before any */
  int64_t t_capture_ns, t_submit_ns, t_receive_ns, t_start_ns, t_end_ns, t_send_ns, t_acquire_ns;
  int64_t age_ns;     /**< since that frame was captured; it grows while the daemon is away */
  int32_t is_new;     /**< not 0: nobody acquired it before */
  int32_t has_camera; /**< `camera` is that of the frame */
  lsd_camera camera;
  const char* shape;     /**< "mirage-head-48x2": which numbers there are, and in which order */
  int32_t shape_version; /**< 1 */
  int32_t weight_count;
  const uint16_t* weights;            /**< float16 */
  int64_t weights_generation;         /**< rises when the weights or anything below has changed, over all sessions */
  int64_t weights_control_seq;        /**< the newest control in them */
  float seed[3];                      /**< offset of the fields, metres */
  float sun[3];                       /**< unit, towards the sun; for frames without one of their own */
  float palette[LSD_PALETTE_NUMBERS]; /**< 3 x 8: skin, hair, outfit */
  float strength;                     /**< 0..1: how much of the painted picture is seen; 0: leave the engine's */
  const void* hold;                   /**< for lsd_stream_release_context */
} lsd_context;

typedef struct lsd_stats {
  uint32_t size;
  int32_t client_state;    /**< lsd_client_state */
  int32_t stream_state;    /**< lsd_stream_state */
  int32_t transport;       /**< the one in use */
  int64_t submitted;       /**< calls of submit with a valid frame */
  int64_t sent;            /**< announced to the daemon */
  int64_t returned;        /**< results received */
  int64_t dropped_client;  /**< replaced before they were sent, or not connected */
  int64_t dropped_daemon;  /**< as the daemon counts, over all sessions */
  int64_t dropped_results; /**< results replaced before they were acquired, overwritten while being read, or unusable */
  int64_t reconnects;
  float fps;                                            /**< results per second over the last 2 s */
  float latency_ms_p50, latency_ms_p95, latency_ms_max; /**< capture to acquire, last 512 acquired frames */
  float round_trip_ms;                                  /**< last ping */
} lsd_stats;

/** One control of a model, for drawing a panel. Texts are cut to fit and always terminated. */
typedef struct lsd_control_spec {
  uint32_t size;
  int32_t kind; /**< lsd_control_kind */
  char name[65];
  char help[256];
  char unit[16];
  char default_text[256];   /**< choice, text */
  float minimum, maximum;   /**< number */
  float default_values[4];  /**< number, flag: the first; direction, color: three */
  int32_t has_default;      /**< a direction may have none */
  int64_t default_seed;     /**< seed */
  int32_t takes_transition; /**< 0: it jumps */
  int32_t max_bytes;        /**< text */
  int32_t choice_count;     /**< choice: see lsd_client_control_choice */
} lsd_control_spec;

/** Nothing failed, but the picture is worse than it could be: one sentence that says what to do. */
typedef struct lsd_notice {
  uint32_t size;
  char code[64];
  char message[1024];
} lsd_notice;

/** A model is being loaded, or compiled for a stream's size. */
typedef struct lsd_progress {
  uint32_t size;
  char what[256];
  float fraction; /**< 0..1 */
} lsd_progress;

LSD_API const char* lsd_version(void);
/** Monotonic nanoseconds; the clock of all client-side times. */
LSD_API int64_t lsd_now_ns(void);
/** The calling thread's last error, one sentence; "" if none. Valid until the thread's next call. */
LSD_API const char* lsd_last_error(void);

/** Starts the I/O thread and returns at once; the daemon need not be there. NULL on bad arguments (lsd_last_error). */
LSD_API lsd_client* lsd_client_create(const lsd_client_config* config);
/** Closes and frees all streams of the client (their pointers are dead afterwards), says bye, joins the thread (at most
 * 500 ms). No other call on the client or its streams may be under way. NULL is allowed. */
LSD_API void lsd_client_destroy(lsd_client* client);
LSD_API lsd_client_state lsd_client_get_state(const lsd_client* client);
/** Copies the newest problem of the connection ("" when all is well) into `buffer`, always terminated. Returns the full
 * length. */
LSD_API size_t lsd_client_last_error(const lsd_client* client, char* buffer, size_t capacity);

/** The models of the daemon of the newest `welcome`, and their controls. Counts are 0 before it; an index that is out
 * of range, or a model that is not there, is LSD_NOTHING (the daemon may have been replaced meanwhile). */
LSD_API int32_t lsd_client_model_count(const lsd_client* client);
LSD_API lsd_status lsd_client_model_name(const lsd_client* client, int32_t index, char* buffer, size_t capacity);
LSD_API int32_t lsd_client_control_count(const lsd_client* client, const char* model);
LSD_API lsd_status lsd_client_control_spec(const lsd_client* client, const char* model, int32_t index,
                                           lsd_control_spec* out);
LSD_API lsd_status lsd_client_control_choice(const lsd_client* client, const char* model, int32_t index, int32_t choice,
                                             char* buffer, size_t capacity);
/** Rises with each `welcome`: whoever drew a panel draws it again. */
LSD_API int64_t lsd_client_models_generation(const lsd_client* client);
/** Whether a stream of the model can be opened with LSD_FORMAT_CONTEXT. LSD_NOTHING: there is no such model (yet), it
 * has no contexts, or they are for a shape of shading that this version does not know; lsd_last_error() says which. */
LSD_API lsd_status lsd_client_model_context(const lsd_client* client, const char* model);
/** What the daemon is busy with before it can welcome; LSD_NOTHING: nothing. */
LSD_API lsd_status lsd_client_get_progress(const lsd_client* client, lsd_progress* out);

/** Registers a stream; it is opened as soon as the daemon is there, and again after each reconnect. NULL on bad
 * arguments. */
LSD_API lsd_stream* lsd_stream_open(lsd_client* client, const lsd_stream_config* config);
/** Ends the stream and frees it, and the pixels acquired from it; the pointer is dead afterwards. NULL is allowed. */
LSD_API void lsd_stream_close(lsd_stream* stream);
/** Copies the planes and returns. Newest wins: an unsent older frame is replaced. `out_seq` (may be NULL) gets the
 * frame's number. */
LSD_API lsd_status lsd_stream_submit(lsd_stream* stream, const lsd_frame* frame, int64_t* out_seq);
/** The newest finished frame that was not acquired yet, or LSD_NOTHING. One thread at a time per stream. */
LSD_API lsd_status lsd_stream_acquire(lsd_stream* stream, lsd_result* out);

/** For engines that draw by Vulkan or Direct3D on an NVIDIA card: planes and results stay on it (docs/GPU.md). Which of
 * CUDA's cards an engine draws on, for lsd_stream_config.cuda_device. LSD_NOTHING: none that can take its surfaces;
 * lsd_last_error() says why, and frames go through host memory as ever. */
LSD_API lsd_status lsd_find_card(const lsd_adapter* adapter, int32_t* cuda_device);
/** Imports a texture or a buffer for a stream opened with LSD_MEMORY_SURFACE; freed with the stream, if not before.
 * NULL: it can't be had, lsd_last_error() says why. */
LSD_API lsd_surface* lsd_stream_import_surface(lsd_stream* stream, const lsd_surface_config* config);
LSD_API lsd_fence* lsd_stream_import_fence(lsd_stream* stream, const lsd_fence_config* config);
/** Waits until the card is done with it (a second, then whatever its fence holds up is let go) and frees it; no other
 * call with it may be under way. NULL is allowed. */
LSD_API void lsd_surface_release(lsd_surface* surface);
LSD_API void lsd_fence_release(lsd_fence* fence);
/** As lsd_stream_submit; `surfaces` are as many as planes, in their order, and `frame->planes` is not looked at.
 * Returns before the card has copied them: they may be drawn to again when the fence has the signal value. LSD_NOTHING
 * also where eight frames wait for a fence that does not reach its value. `use` may be NULL. */
LSD_API lsd_status lsd_stream_submit_surfaces(lsd_stream* stream, const lsd_frame* frame, lsd_surface* const* surfaces,
                                              const lsd_fence_use* use, int64_t* out_seq);
/** As lsd_stream_acquire; the card copies the result into `target` after the wait value, and then signals. */
LSD_API lsd_status lsd_stream_acquire_into(lsd_stream* stream, lsd_surface* target, const lsd_fence_use* use,
                                           lsd_result* out);

/** The size of the planes that contexts for a picture of `width` x `height` (16..4096) are made from: larger ones are
 * no better. */
LSD_API lsd_status lsd_context_plane_size(int32_t width, int32_t height, int32_t* plane_width, int32_t* plane_height);
/** The newest context, also when it was acquired before (`is_new`): when the daemon is gone it stays, ever older, and
 * the stream has a notice `context_held`. LSD_NOTHING: none has come yet. At most LSD_MAX_CONTEXTS may be held. */
LSD_API lsd_status lsd_stream_acquire_context(lsd_stream* stream, lsd_context* out);
/** Lets go of an acquired context; its pointers are dead afterwards, and set to null. */
LSD_API lsd_status lsd_stream_release_context(lsd_stream* stream, lsd_context* context);

/** Controls are set in groups: begin empties the group, one call a value, commit sends it. The values are merged into
 * what was set before; after a reconnect all of them are sent again. Values of a group that the daemon refused are
 * taken out. */
LSD_API lsd_status lsd_stream_control_begin(lsd_stream* stream);
LSD_API lsd_status lsd_stream_control_string(lsd_stream* stream, const char* name, const char* value);
LSD_API lsd_status lsd_stream_control_int(lsd_stream* stream, const char* name, int64_t value);
LSD_API lsd_status lsd_stream_control_floats(lsd_stream* stream, const char* name, const float* values, int32_t count);
LSD_API lsd_status lsd_stream_control_flag(lsd_stream* stream, const char* name, int32_t value);
LSD_API lsd_status lsd_stream_control_float(lsd_stream* stream, const char* name, float value);
/** Sends the group. Returns its control_seq (> 0), to be compared with lsd_result.control_seq; negative: lsd_status. */
LSD_API int64_t lsd_stream_control_commit(lsd_stream* stream, float transition_s);
/** Forget the stream's history (camera cut). */
LSD_API lsd_status lsd_stream_reset(lsd_stream* stream);

LSD_API lsd_stream_state lsd_stream_get_state(const lsd_stream* stream);
LSD_API size_t lsd_stream_last_error(const lsd_stream* stream, char* buffer, size_t capacity);
/** Takes the oldest notice that was not taken yet, or LSD_NOTHING. The newest 16 are kept. */
LSD_API lsd_status lsd_stream_next_notice(lsd_stream* stream, lsd_notice* out);
/** What the daemon is busy with for this stream before results come; LSD_NOTHING: nothing. */
LSD_API lsd_status lsd_stream_get_progress(const lsd_stream* stream, lsd_progress* out);
LSD_API lsd_status lsd_stream_get_stats(const lsd_stream* stream, lsd_stats* out);
/** Percentiles of one named daemon stage ("denoise", ...) over the last 512 results, milliseconds. LSD_NOTHING if the
 * stage is unknown. */
LSD_API lsd_status lsd_stream_stage_ms(const lsd_stream* stream, const char* stage, float* p50, float* p95);
/** Comma-separated names of the stages seen. Returns the full length. */
LSD_API size_t lsd_stream_stage_names(const lsd_stream* stream, char* buffer, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
