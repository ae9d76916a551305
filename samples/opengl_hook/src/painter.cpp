#include "painter.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

#include "log.h"

namespace mirage_hook {
namespace {

constexpr float kTransitionSeconds = 1;

}  // namespace

Painter::Painter(const NativeCore& core, const std::string& controls) : core_(core), controls_(controls) {
  lsd_client_config config{};
  config.size = sizeof config;
  config.endpoint = std::getenv("MIRAGE_LSD_ENDPOINT");
  config.token = std::getenv("MIRAGE_LSD_TOKEN");
  config.name = program_invocation_short_name;
  config.engine = "opengl";
  if (const char* model = std::getenv("MIRAGE_LSD_MODEL")) model_ = model;
  client_ = core_.lsd_client_create(&config);
  if (client_ == nullptr) log("%s The game runs unpainted.", core_.lsd_last_error());
}

void Painter::open(int width, int height, bool ids, int output_width, int output_height, lsd_format output) {
  if (stream_ != nullptr) core_.lsd_stream_close(stream_);
  stream_ = nullptr;
  if (client_ == nullptr) return;
  lsd_stream_config config{};
  config.size = sizeof config;
  config.model = model_.c_str();
  config.width = width_ = width;
  config.height = height_ = height;
  config.plane_count = ids ? 3 : 2;
  config.planes[0] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  config.planes[1] = {LSD_PLANE_DEPTH, LSD_FORMAT_R32F};
  config.planes[2] = {LSD_PLANE_IDS, LSD_FORMAT_R8};
  config.output_width = output_width;
  config.output_height = output_height;
  config.output_format = output;
  stream_ = core_.lsd_stream_open(client_, &config);
  if (stream_ == nullptr) {
    log("%s The game runs unpainted.", core_.lsd_last_error());
    return;
  }
  std::istringstream pairs(controls_);
  for (std::string pair; std::getline(pairs, pair, ',');) {
    const size_t equals = pair.find('=');
    if (equals != std::string::npos) set(pair.substr(0, equals).c_str(), pair.c_str() + equals + 1, 0);
  }
}

void Painter::context_plane_size(int shaded_width, int shaded_height, int* width, int* height) const {
  int32_t w = shaded_width, h = shaded_height;
  core_.lsd_context_plane_size(shaded_width, shaded_height, &w, &h);
  *width = w;
  *height = h;
}

void Painter::set(const char* control, const char* value, float transition_s) {
  core_.lsd_stream_control_begin(stream_);
  core_.lsd_stream_control_string(stream_, control, value);
  core_.lsd_stream_control_commit(stream_, transition_s);
}

int64_t Painter::submit(const Frame& given) {
  if (stream_ == nullptr) return 0;
  say_notices();
  lsd_frame frame{};
  frame.size = sizeof frame;
  frame.planes[0] = given.color;
  frame.planes[1] = given.depth;
  frame.planes[2] = given.ids;
  frame.camera = given.camera;
  frame.t_capture_ns = given.t_capture_ns;
  frame.reset = given.reset ? 1 : 0;
  frame.slot_count = static_cast<int32_t>(given.slots.size());
  frame.slots = given.slots.empty() ? nullptr : given.slots.data();
  int64_t seq = 0;
  return core_.lsd_stream_submit(stream_, &frame, &seq) == LSD_OK ? seq : 0;
}

const lsd_result* Painter::newest() {
  if (stream_ == nullptr) return nullptr;
  result_ = {};
  result_.size = sizeof result_;
  const bool fresh =
      core_.lsd_stream_acquire(stream_, &result_) == LSD_OK && result_.width == width_ && result_.height == height_;
  return fresh ? &result_ : nullptr;
}

const lsd_result* Painter::await(int64_t seq, int milliseconds) {
  const int64_t until = now_ns() + int64_t{milliseconds} * 1000000;
  while (connected() && now_ns() < until) {
    const lsd_result* result = newest();
    if (result != nullptr && result->seq >= seq) return result;
    usleep(500);
  }
  return nullptr;
}

const lsd_context* Painter::newest_context(int64_t since, int milliseconds) {
  if (stream_ == nullptr) return nullptr;
  const int64_t until = now_ns() + int64_t{milliseconds} * 1000000;
  while (true) {
    context_ = {};
    context_.size = sizeof context_;
    if (core_.lsd_stream_acquire_context(stream_, &context_) == LSD_OK) {
      if (context_.is_new != 0 && context_.seq >= since) return &context_;
      release_context();
    }
    if (milliseconds <= 0 || !connected() || now_ns() >= until) return nullptr;
    usleep(500);
  }
}

void Painter::release_context() { core_.lsd_stream_release_context(stream_, &context_); }

void Painter::await_open(int milliseconds) const {
  const int64_t until = now_ns() + int64_t{milliseconds} * 1000000;
  while (stream_ != nullptr && core_.lsd_stream_get_state(stream_) == LSD_STREAM_PENDING && now_ns() < until)
    usleep(500);
}

bool Painter::connected() const { return stream_ != nullptr && core_.lsd_stream_get_state(stream_) == LSD_STREAM_OPEN; }

std::string Painter::refusal() const {
  if (stream_ == nullptr || core_.lsd_stream_get_state(stream_) != LSD_STREAM_FAILED) return "";
  char why[256] = "";
  core_.lsd_stream_last_error(stream_, why, sizeof why);
  return why;
}

lsd_stats Painter::stats() const {
  lsd_stats stats{};
  stats.size = sizeof stats;
  if (stream_ != nullptr) core_.lsd_stream_get_stats(stream_, &stats);
  return stats;
}

void Painter::next_choice(int number) {
  if (stream_ == nullptr) return;
  const int count = core_.lsd_client_control_count(client_, model_.c_str());
  for (int i = 0, seen = 0; i < count; i++) {
    lsd_control_spec spec{};
    spec.size = sizeof spec;
    if (core_.lsd_client_control_spec(client_, model_.c_str(), i, &spec) != LSD_OK || spec.kind != LSD_CONTROL_CHOICE ||
        spec.choice_count < 1 || seen++ != number)
      continue;
    char value[256] = "";
    int& chosen = chosen_[number];
    for (int c = 0; chosen < 0 && c < spec.choice_count; c++) {
      core_.lsd_client_control_choice(client_, model_.c_str(), i, c, value, sizeof value);
      if (std::strcmp(value, spec.default_text) == 0) chosen = c;
    }
    chosen = (chosen + 1) % spec.choice_count;
    core_.lsd_client_control_choice(client_, model_.c_str(), i, chosen, value, sizeof value);
    set(spec.name, value, kTransitionSeconds);
    log("%s: %s", spec.name, value);
    return;
  }
  log("the daemon's model has no such choice, or is not connected yet.");
}

void Painter::say_notices() {
  lsd_notice notice{};
  notice.size = sizeof notice;
  while (core_.lsd_stream_next_notice(stream_, &notice) == LSD_OK) log("%s", notice.message);
}

}  // namespace mirage_hook
