#include <zmq.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "api_support.h"
#include "client.h"
#include "clock.h"
#include "endpoint.h"
#include "error.h"
#include "lsd/lsd.h"
#include "utf8.h"

#define LSD_TEXT_OF(x) #x
#define LSD_TEXT(x) LSD_TEXT_OF(x)

namespace {

using namespace lsd::api;
using lsd::fail;

constexpr size_t kKeyCharacters = 40;
constexpr size_t kMostControlName = 64;
constexpr int32_t kMostControlFloats = 16;
constexpr float kLongestTransition = 60;

size_t copy_text(const std::string& text, char* buffer, size_t capacity) {
  if (buffer != nullptr && capacity > 0) {
    const size_t length = std::min(text.size(), capacity - 1);
    std::memcpy(buffer, text.data(), length);
    buffer[length] = '\0';
  }
  return text.size();
}

/// A caller's string, or `fallback` for null. False with the last error set when the protocol has no room for it.
bool read_text(const char* text, const char* fallback, size_t most, std::string* out) {
  *out = text != nullptr ? text : fallback;
  if (out->size() <= most && lsd::is_utf8(*out)) return true;
  fail(LSD_ERROR_ARGUMENT, "A string is too long or not UTF-8.");
  return false;
}

bool read_keys(const lsd_client_config& config, lsd::ConnectionConfig* out) {
  const char* const keys[] = {config.server_public_key, config.client_public_key, config.client_secret_key};
  std::string* const targets[] = {&out->server_public_key, &out->client_public_key, &out->client_secret_key};
  if (keys[0] == nullptr && keys[1] == nullptr && keys[2] == nullptr) return true;
  for (int i = 0; i < 3; ++i) {
    uint8_t decoded[32];
    if (keys[i] == nullptr || std::strlen(keys[i]) != kKeyCharacters || zmq_z85_decode(decoded, keys[i]) == nullptr) {
      fail(LSD_ERROR_ARGUMENT,
           "CURVE needs all three keys, each of 40 characters (Z85); `mirage-lsd keygen` makes them.");
      return false;
    }
    *targets[i] = keys[i];
  }
  if (zmq_has("curve") != 0) return true;
  fail(LSD_ERROR_ARGUMENT, "This build of libzmq has no CURVE.");
  return false;
}

bool read_config(const lsd_client_config& config, lsd::ClientConfig* out) {
  if (!read_text(config.endpoint, "tcp://127.0.0.1:5757", lsd::kMostStringBytes, &out->connection.endpoint) ||
      !read_text(config.name, "", lsd::kMostStringBytes, &out->hello.name) ||
      !read_text(config.engine, "", lsd::kMostStringBytes, &out->hello.engine) ||
      !read_text(config.token, "", lsd::kMostStringBytes, &out->hello.token) || !read_keys(config, &out->connection)) {
    return false;
  }
  out->log = config.log;
  out->log_user = config.log_user;
  if (lsd::is_endpoint(out->connection.endpoint)) return true;
  fail(LSD_ERROR_ARGUMENT, "The endpoint must be tcp://HOST:PORT or ipc://PATH.");
  return false;
}

bool is_side(int32_t side) { return side >= lsd::kSmallestSide && side <= lsd::kLargestSide; }

bool read_output(const lsd_stream_config& config, lsd::StreamConfig* out) {
  out->output_width = config.output_width != 0 ? config.output_width : config.width;
  out->output_height = config.output_height != 0 ? config.output_height : config.height;
  out->output_format = config.output_format;
  if (!is_side(out->output_width) || !is_side(out->output_height)) {
    fail(LSD_ERROR_ARGUMENT, "The output must be 16 to 4096 pixels a side.");
    return false;
  }
  if (config.output_format != LSD_FORMAT_RGBA8 && config.output_format != LSD_FORMAT_BGRA8 &&
      config.output_format != LSD_FORMAT_CONTEXT) {
    fail(LSD_ERROR_ARGUMENT, "The output's format must be LSD_FORMAT_RGBA8, LSD_FORMAT_BGRA8 or LSD_FORMAT_CONTEXT.");
    return false;
  }
  return true;
}

/// Where planes and results are. After everything else: it opens the card.
bool read_memory(const lsd_stream_config& config, lsd::StreamConfig* out) {
  if (config.memory == LSD_MEMORY_HOST) {
    if (config.transport != LSD_TRANSPORT_CUDA_IPC) return true;
    fail(LSD_ERROR_ARGUMENT,
         "LSD_TRANSPORT_CUDA_IPC is for planes on a card: set memory to LSD_MEMORY_CUDA or LSD_MEMORY_SURFACE.");
    return false;
  }
  if ((config.memory != LSD_MEMORY_CUDA && config.memory != LSD_MEMORY_SURFACE) || config.cuda_device < 0) {
    fail(LSD_ERROR_ARGUMENT,
         "memory must be LSD_MEMORY_HOST, LSD_MEMORY_CUDA or LSD_MEMORY_SURFACE, cuda_device not negative.");
    return false;
  }
  if (out->has_contexts()) {
    fail(LSD_ERROR_ARGUMENT, "Contexts are made from planes in host memory: set memory to LSD_MEMORY_HOST.");
    return false;
  }
  std::string problem;
  out->cuda = config.memory == LSD_MEMORY_SURFACE
                  ? lsd::CudaDevice::open_for_surfaces(config.cuda_device, &problem)
                  : lsd::CudaDevice::open(config.cuda_device, config.cuda_stream, &problem);
  if (out->cuda == nullptr) fail(LSD_ERROR_ARGUMENT, problem);
  return out->cuda != nullptr;
}

bool read_config(const lsd_stream_config& config, lsd::StreamConfig* out) {
  const char* problem = nullptr;
  const auto layout = lsd::make_layout(config.width, config.height, config.planes, config.plane_count, &problem);
  if (!layout) {
    fail(LSD_ERROR_ARGUMENT, problem);
    return false;
  }
  out->layout = *layout;
  if (!read_output(config, out) || !read_text(config.model, "mirage-lsd-v1", lsd::kMostStringBytes, &out->model)) {
    return false;
  }
  if (config.transport < LSD_TRANSPORT_AUTO || config.transport > LSD_TRANSPORT_CUDA_IPC) {
    fail(LSD_ERROR_ARGUMENT, "The transport is unknown.");
    return false;
  }
  if (config.max_steps < 0 || config.max_steps > 8 || config.seed < 0 || !std::isfinite(config.fps) || config.fps < 0) {
    fail(LSD_ERROR_ARGUMENT, "max_steps must be 0 to 8, seed and fps not negative.");
    return false;
  }
  out->transport = static_cast<lsd_transport>(config.transport);
  out->max_steps = config.max_steps != 0 ? config.max_steps : 3;
  out->seed = config.seed;
  out->fps = config.fps;
  if (config.output_alpha != LSD_ALPHA_OPAQUE && config.output_alpha != LSD_ALPHA_ENGINE) {
    fail(LSD_ERROR_ARGUMENT, "output_alpha must be LSD_ALPHA_OPAQUE or LSD_ALPHA_ENGINE.");
    return false;
  }
  out->output_alpha = config.output_alpha;
  return read_memory(config, out);
}

/// Copies a text into an array of a structure, cut between characters, terminated.
template <size_t N>
void fill_text(char (&target)[N], const std::string& text) {
  size_t length = std::min(text.size(), N - 1);
  while (length > 0 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  std::memcpy(target, text.data(), length);
  target[length] = '\0';
}

const lsd::ModelSpec* find_model(const std::vector<lsd::ModelSpec>& models, const char* name) {
  const auto found =
      std::find_if(models.begin(), models.end(), [&](const lsd::ModelSpec& model) { return model.name == name; });
  return found == models.end() ? nullptr : &*found;
}

/// Null where there is no such control.
const lsd::ControlSpec* find_control(const std::vector<lsd::ModelSpec>& models, const char* name, int32_t index) {
  const lsd::ModelSpec* model = name != nullptr ? find_model(models, name) : nullptr;
  if (model == nullptr || index < 0 || static_cast<size_t>(index) >= model->controls.size()) return nullptr;
  return &model->controls[static_cast<size_t>(index)];
}

lsd_control_spec describe(const lsd::ControlSpec& control) {
  lsd_control_spec spec{};
  spec.kind = control.kind;
  fill_text(spec.name, control.name);
  fill_text(spec.help, control.help);
  fill_text(spec.unit, control.unit);
  fill_text(spec.default_text, control.default_text);
  spec.minimum = control.minimum;
  spec.maximum = control.maximum;
  std::copy(std::begin(control.default_values), std::end(control.default_values), spec.default_values);
  spec.has_default = control.has_default ? 1 : 0;
  spec.default_seed = control.default_seed;
  spec.takes_transition = control.takes_transition ? 1 : 0;
  spec.max_bytes = control.max_bytes;
  spec.choice_count = static_cast<int32_t>(control.choices.size());
  return spec;
}

lsd_status fill_progress(const lsd::ProgressState& state, lsd_progress* out) {
  if (!is_struct(out)) return LSD_ERROR_ARGUMENT;
  std::string what;
  lsd_progress progress{};
  if (!state.get(&what, &progress.fraction)) return LSD_NOTHING;
  fill_text(progress.what, what);
  fill(out, progress);
  return LSD_OK;
}

lsd_status set_control(lsd_stream* stream, const char* name, lsd::ControlValue value) {
  if (!is_alive(stream)) return LSD_ERROR_ARGUMENT;
  std::string checked;
  if (name == nullptr || *name == '\0' || !read_text(name, "", kMostControlName, &checked)) {
    return fail(LSD_ERROR_ARGUMENT, "A control needs a name of 1 to 64 bytes.");
  }
  if (!stream->stream->controls().set(checked, std::move(value))) {
    return fail(LSD_ERROR_ARGUMENT, "A group holds at most 64 controls, and 48 KiB.");
  }
  return LSD_OK;
}

}  // namespace

const char* lsd_version(void) {
  return LSD_TEXT(LSD_VERSION_MAJOR) "." LSD_TEXT(LSD_VERSION_MINOR) "." LSD_TEXT(LSD_VERSION_PATCH);
}

int64_t lsd_now_ns(void) { return lsd::now_ns(); }

const char* lsd_last_error(void) { return lsd::last_error(); }

lsd_client* lsd_client_create(const lsd_client_config* config) {
  return guarded_pointer([&]() -> lsd_client* {
    lsd::ClientConfig checked;
    if (!is_struct(config) || !read_config(*config, &checked)) return nullptr;
    return new lsd_client(std::move(checked));
  });
}

void lsd_client_destroy(lsd_client* client) {
  lsd::clear_last_error();
  delete client;
}

lsd_client_state lsd_client_get_state(const lsd_client* client) {
  if (client == nullptr) return LSD_CLIENT_CONNECTING;
  return static_cast<lsd_client_state>(client->client.status().state.load());
}

size_t lsd_client_last_error(const lsd_client* client, char* buffer, size_t capacity) {
  if (client == nullptr) return copy_text("", buffer, capacity);
  lsd_status status = LSD_OK;
  return guarded(size_t{0}, &status,
                 [&] { return copy_text(client->client.status().last_error.get(), buffer, capacity); });
}

int32_t lsd_client_model_count(const lsd_client* client) {
  return client != nullptr ? static_cast<int32_t>(client->client.status().models.get()->size()) : 0;
}

lsd_status lsd_client_model_name(const lsd_client* client, int32_t index, char* buffer, size_t capacity) {
  return guarded_status([&] {
    if (client == nullptr || buffer == nullptr) return fail(LSD_ERROR_ARGUMENT, "The client or the buffer is null.");
    const auto models = client->client.status().models.get();
    if (index < 0 || static_cast<size_t>(index) >= models->size()) return LSD_NOTHING;
    copy_text((*models)[static_cast<size_t>(index)].name, buffer, capacity);
    return LSD_OK;
  });
}

int32_t lsd_client_control_count(const lsd_client* client, const char* model) {
  if (client == nullptr || model == nullptr) return 0;
  const auto models = client->client.status().models.get();
  const lsd::ModelSpec* found = find_model(*models, model);
  return found != nullptr ? static_cast<int32_t>(found->controls.size()) : 0;
}

lsd_status lsd_client_control_spec(const lsd_client* client, const char* model, int32_t index, lsd_control_spec* out) {
  return guarded_status([&] {
    if (client == nullptr || !is_struct(out)) return LSD_ERROR_ARGUMENT;
    const auto models = client->client.status().models.get();
    const lsd::ControlSpec* control = find_control(*models, model, index);
    if (control == nullptr) return LSD_NOTHING;
    fill(out, describe(*control));
    return LSD_OK;
  });
}

lsd_status lsd_client_control_choice(const lsd_client* client, const char* model, int32_t index, int32_t choice,
                                     char* buffer, size_t capacity) {
  return guarded_status([&] {
    if (client == nullptr || buffer == nullptr) return fail(LSD_ERROR_ARGUMENT, "The client or the buffer is null.");
    const auto models = client->client.status().models.get();
    const lsd::ControlSpec* control = find_control(*models, model, index);
    if (control == nullptr || choice < 0 || static_cast<size_t>(choice) >= control->choices.size()) return LSD_NOTHING;
    copy_text(control->choices[static_cast<size_t>(choice)], buffer, capacity);
    return LSD_OK;
  });
}

int64_t lsd_client_models_generation(const lsd_client* client) {
  return client != nullptr ? client->client.status().models.generation() : 0;
}

lsd_status lsd_client_model_context(const lsd_client* client, const char* model) {
  return guarded_status([&] {
    if (client == nullptr || model == nullptr) return fail(LSD_ERROR_ARGUMENT, "The client or the model is null.");
    const auto models = client->client.status().models.get();
    const lsd::ModelSpec* found = find_model(*models, model);
    if (found == nullptr) return fail(LSD_NOTHING, "The daemon has no such model, or has not answered yet.");
    if (!found->context) return fail(LSD_NOTHING, "The model has no contexts; open the stream for pictures.");
    if (lsd::is_known_shape(*found->context)) return LSD_OK;
    return fail(LSD_NOTHING,
                "The model's contexts are for a shape of shading that this version does not know; open the "
                "stream for pictures.");
  });
}

lsd_status lsd_client_get_progress(const lsd_client* client, lsd_progress* out) {
  return guarded_status([&] {
    if (client == nullptr) return fail(LSD_ERROR_ARGUMENT, "The client is null.");
    return fill_progress(client->client.status().progress, out);
  });
}

lsd_stream* lsd_stream_open(lsd_client* client, const lsd_stream_config* config) {
  return guarded_pointer([&]() -> lsd_stream* {
    lsd::StreamConfig checked;
    if (client == nullptr) {
      fail(LSD_ERROR_ARGUMENT, "The client is null.");
      return nullptr;
    }
    if (!is_struct(config) || !read_config(grown(*config), &checked)) return nullptr;
    auto handle = std::make_unique<lsd_stream>(client);
    const std::lock_guard lock(client->mutex);
    client->streams.reserve(client->streams.size() + 1);
    handle->stream = client->client.open_stream(std::move(checked));
    return client->streams.emplace_back(std::move(handle)).get();
  });
}

void lsd_stream_close(lsd_stream* stream) {
  if (stream == nullptr) return;
  guarded_status([&] {
    lsd_client* client = stream->client;
    client->client.close_stream(stream->stream);
    std::unique_ptr<lsd_stream> gone;  // outlives the lock: its surfaces may wait for a fence
    const std::lock_guard lock(client->mutex);
    auto& streams = client->streams;
    const auto found =
        std::find_if(streams.begin(), streams.end(), [&](const auto& each) { return each.get() == stream; });
    gone = std::move(*found);
    streams.erase(found);
    return LSD_OK;
  });
}

lsd_status lsd_stream_submit(lsd_stream* stream, const lsd_frame* frame, int64_t* out_seq) {
  return guarded_status([&] {
    if (out_seq != nullptr) *out_seq = 0;
    if (!is_alive(stream) || !is_struct(frame)) return LSD_ERROR_ARGUMENT;
    return stream->stream->submit(grown(*frame), nullptr, out_seq);
  });
}

lsd_status lsd_stream_acquire(lsd_stream* stream, lsd_result* out) {
  return guarded_status([&] {
    if (!is_alive(stream) || !is_struct(out)) return LSD_ERROR_ARGUMENT;
    lsd_result result{};
    const lsd_status status = stream->stream->acquire(&result);
    if (status == LSD_OK) fill(out, result);
    return status;
  });
}

lsd_status lsd_context_plane_size(int32_t width, int32_t height, int32_t* plane_width, int32_t* plane_height) {
  return guarded_status([&] {
    if (plane_width == nullptr || plane_height == nullptr || !is_side(width) || !is_side(height)) {
      return fail(LSD_ERROR_ARGUMENT, "A side must have 16 to 4096 pixels, and the results need somewhere to go.");
    }
    const lsd::GridSize base = lsd::base_size(width, height);
    *plane_width = base.width;
    *plane_height = base.height;
    return LSD_OK;
  });
}

lsd_status lsd_stream_acquire_context(lsd_stream* stream, lsd_context* out) {
  return guarded_status([&] {
    if (!is_alive(stream) || !is_struct(out)) return LSD_ERROR_ARGUMENT;
    lsd_context context{};
    const lsd_status status = stream->stream->acquire_context(&context);
    if (status == LSD_OK) fill(out, context);
    return status;
  });
}

lsd_status lsd_stream_release_context(lsd_stream* stream, lsd_context* context) {
  return guarded_status([&] {
    if (!is_alive(stream) || !is_struct(context)) return LSD_ERROR_ARGUMENT;
    return stream->stream->release_context(context);
  });
}

lsd_status lsd_stream_control_begin(lsd_stream* stream) {
  return guarded_status([&] {
    if (!is_alive(stream)) return LSD_ERROR_ARGUMENT;
    stream->stream->controls().begin();
    return LSD_OK;
  });
}

lsd_status lsd_stream_control_string(lsd_stream* stream, const char* name, const char* value) {
  return guarded_status([&] {
    if (value == nullptr) return fail(LSD_ERROR_ARGUMENT, "The value is null.");
    std::string text;
    if (!read_text(value, "", lsd::kMostControlTextBytes, &text)) return LSD_ERROR_ARGUMENT;
    return set_control(stream, name, std::move(text));
  });
}

lsd_status lsd_stream_control_int(lsd_stream* stream, const char* name, int64_t value) {
  return guarded_status([&] { return set_control(stream, name, value); });
}

lsd_status lsd_stream_control_floats(lsd_stream* stream, const char* name, const float* values, int32_t count) {
  return guarded_status([&] {
    if (values == nullptr || count < 1 || count > kMostControlFloats ||
        !std::all_of(values, values + count, [](float value) { return std::isfinite(value); })) {
      return fail(LSD_ERROR_ARGUMENT, "The values must be 1 to 16 finite numbers.");
    }
    return set_control(stream, name, std::vector<float>(values, values + count));
  });
}

lsd_status lsd_stream_control_flag(lsd_stream* stream, const char* name, int32_t value) {
  return guarded_status([&] { return set_control(stream, name, value != 0); });
}

lsd_status lsd_stream_control_float(lsd_stream* stream, const char* name, float value) {
  return guarded_status([&] {
    if (!std::isfinite(value)) return fail(LSD_ERROR_ARGUMENT, "The value must be finite.");
    return set_control(stream, name, value);
  });
}

int64_t lsd_stream_control_commit(lsd_stream* stream, float transition_s) {
  lsd_status status = LSD_OK;
  const int64_t control_seq = guarded(int64_t{0}, &status, [&]() -> int64_t {
    if (!is_alive(stream)) return LSD_ERROR_ARGUMENT;
    if (!(transition_s >= 0 && transition_s <= kLongestTransition)) {
      return fail(LSD_ERROR_ARGUMENT, "transition_s must be 0 to 60.");
    }
    return stream->stream->commit_controls(transition_s);
  });
  return status != LSD_OK ? int64_t{status} : control_seq;
}

lsd_status lsd_stream_reset(lsd_stream* stream) {
  return guarded_status([&] {
    if (!is_alive(stream)) return LSD_ERROR_ARGUMENT;
    stream->stream->reset();
    return LSD_OK;
  });
}

lsd_stream_state lsd_stream_get_state(const lsd_stream* stream) {
  return stream != nullptr ? stream->stream->state() : LSD_STREAM_CLOSED;
}

size_t lsd_stream_last_error(const lsd_stream* stream, char* buffer, size_t capacity) {
  lsd_status status = LSD_OK;
  return guarded(size_t{0}, &status,
                 [&] { return copy_text(stream != nullptr ? stream->stream->last_error() : "", buffer, capacity); });
}

lsd_status lsd_stream_next_notice(lsd_stream* stream, lsd_notice* out) {
  return guarded_status([&] {
    if (!is_alive(stream) || !is_struct(out)) return LSD_ERROR_ARGUMENT;
    const auto notice = stream->stream->notices().take();
    if (!notice) return LSD_NOTHING;
    lsd_notice filled{};
    fill_text(filled.code, notice->code);
    fill_text(filled.message, notice->message);
    fill(out, filled);
    return LSD_OK;
  });
}

lsd_status lsd_stream_get_progress(const lsd_stream* stream, lsd_progress* out) {
  return guarded_status([&] {
    if (!is_alive(stream)) return LSD_ERROR_ARGUMENT;
    return fill_progress(stream->stream->progress(), out);
  });
}

lsd_status lsd_stream_get_stats(const lsd_stream* stream, lsd_stats* out) {
  return guarded_status([&] {
    if (!is_alive(stream) || !is_struct(out)) return LSD_ERROR_ARGUMENT;
    stream->stream->fill_stats(out);
    return LSD_OK;
  });
}

lsd_status lsd_stream_stage_ms(const lsd_stream* stream, const char* stage, float* p50, float* p95) {
  return guarded_status([&] {
    if (!is_alive(stream) || stage == nullptr) return fail(LSD_ERROR_ARGUMENT, "The stream or the stage is null.");
    lsd::Percentiles percentiles;
    if (!stream->stream->stage_percentiles(stage, &percentiles)) return LSD_NOTHING;
    if (p50 != nullptr) *p50 = percentiles.p50;
    if (p95 != nullptr) *p95 = percentiles.p95;
    return LSD_OK;
  });
}

size_t lsd_stream_stage_names(const lsd_stream* stream, char* buffer, size_t capacity) {
  lsd_status status = LSD_OK;
  return guarded(size_t{0}, &status,
                 [&] { return copy_text(stream != nullptr ? stream->stream->stage_names() : "", buffer, capacity); });
}
