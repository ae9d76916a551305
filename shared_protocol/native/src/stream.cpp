#include "stream.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "clock.h"
#include "error.h"

namespace lsd {
namespace {

constexpr size_t kMostStagesKept = 32;

template <size_t N>
bool is_finite(const float (&values)[N]) {
  for (const float value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

bool is_finite(const lsd_camera& camera) {
  return is_finite(camera.view) && is_finite(camera.projection) && is_finite(camera.jitter) &&
         std::isfinite(camera.near_plane) && std::isfinite(camera.far_plane);
}

// In floating point, because one of the two comes back from the daemon and could be any number.
float milliseconds_between(int64_t begin_ns, int64_t end_ns) {
  return static_cast<float>((static_cast<double>(end_ns) - static_cast<double>(begin_ns)) / kNanosecondsPerMillisecond);
}

// The echoed time could be any number: no overflow, and nothing is younger than now.
int64_t age_ns(int64_t now, int64_t t_capture_ns) {
  return t_capture_ns < 0 ? now : std::max<int64_t>(now - t_capture_ns, 0);
}

void fill_weights(const ShadingWeights& weights, lsd_context* out) {
  out->shape = kShapeName;
  out->shape_version = kShapeVersion;
  out->weight_count = static_cast<int32_t>(weights.numbers.size());
  out->weights = weights.numbers.data();
  out->weights_generation = weights.generation;
  out->weights_control_seq = weights.control_seq;
  std::copy(std::begin(weights.seed), std::end(weights.seed), out->seed);
  std::copy(std::begin(weights.sun), std::end(weights.sun), out->sun);
  std::copy(std::begin(weights.palette), std::end(weights.palette), out->palette);
  out->strength = weights.strength;
}

}  // namespace

lsd_status Stream::check_planes(const lsd_frame& frame, const SurfaceFrame* surfaces) const {
  const FrameLayout& layout = config_.layout;
  if (config_.has_surfaces() != (surfaces != nullptr)) {
    return fail(LSD_ERROR_ARGUMENT, surfaces != nullptr
                                        ? "This stream has no surfaces: open it with LSD_MEMORY_SURFACE."
                                        : "This stream has surfaces: use lsd_stream_submit_surfaces.");
  }
  for (int32_t i = 0; surfaces != nullptr && i < layout.plane_count; ++i) {
    const CudaSurface* surface = surfaces->planes[static_cast<size_t>(i)];
    if (surface == nullptr || !surface->is_like(layout.width, layout.height, layout.planes[i].format)) {
      return fail(LSD_ERROR_ARGUMENT, "A surface is null, or does not have its plane's size and format.");
    }
  }
  for (int32_t i = 0; surfaces == nullptr && i < layout.plane_count; ++i) {
    if (frame.planes[i] == nullptr) return fail(LSD_ERROR_ARGUMENT, "A plane of the frame is null.");
    const int32_t pitch = frame.row_pitch_bytes[i];
    if (pitch != 0 && (pitch < 0 || static_cast<size_t>(pitch) < layout.planes[i].row_bytes)) {
      return fail(LSD_ERROR_ARGUMENT, "A row pitch is smaller than a row.");
    }
  }
  return LSD_OK;
}

lsd_status Stream::submit(const lsd_frame& frame, const SurfaceFrame* surfaces, int64_t* out_seq) {
  const int64_t t_submit_ns = now_ns();
  if (const lsd_status status = check_planes(frame, surfaces); status != LSD_OK) return status;
  if (frame.camera != nullptr && !is_finite(*frame.camera)) {
    return fail(LSD_ERROR_ARGUMENT, "The camera holds a number that is not finite.");
  }
  if (frame.sun != nullptr && !(is_finite(frame.sun->direction) && is_finite(frame.sun->color))) {
    return fail(LSD_ERROR_ARGUMENT, "The sun holds a number that is not finite.");
  }
  if (frame.t_capture_ns < 0) return fail(LSD_ERROR_ARGUMENT, "t_capture_ns is negative; use lsd_now_ns().");

  SlotTable slots;
  const char* problem = nullptr;
  if (frame.slots != nullptr && !read_slots(frame.slots, frame.slot_count, &slots, &problem)) {
    return fail(LSD_ERROR_ARGUMENT, problem);
  }

  const std::lock_guard lock(submit_mutex_);
  ++submitted_;
  // An engine passes its table with every frame; most of the time it is the one before.
  if (frame.slots != nullptr && (slots_ == nullptr || !same_slots(*slots_, slots))) {
    slots_ = std::make_shared<const SlotTable>(std::move(slots));
  }
  const std::shared_ptr<Outbox> box = outbox();
  if (box == nullptr) {
    ++dropped_client_;
    return LSD_NOTHING;
  }
  FrameInfo info;
  info.seq = next_seq_++;
  info.t_capture_ns = frame.t_capture_ns != 0 ? frame.t_capture_ns : t_submit_ns;
  info.t_submit_ns = t_submit_ns;
  if (frame.camera != nullptr) info.camera = *frame.camera;
  if (frame.sun != nullptr) info.sun = *frame.sun;
  info.slots = slots_;
  info.reset = frame.reset != 0;
  cameras_.add(info.seq, info.camera);

  const uint32_t slot = box->begin_write();
  std::string problem_of_copy;
  if (const auto copied = copy_planes(*box, slot, frame, surfaces, &problem_of_copy); copied != LSD_OK) {
    box->abandon_write(slot);
    ++dropped_client_;
    return fail(copied, problem_of_copy);
  }
  if (box->end_write(slot, info)) ++dropped_client_;
  wakeup_->signal();
  if (out_seq != nullptr) *out_seq = info.seq;
  return LSD_OK;
}

lsd_status Stream::copy_planes(Outbox& box, uint32_t slot, const lsd_frame& frame, const SurfaceFrame* surfaces,
                               std::string* problem) {
  std::byte* packed = box.frame(slot);
  const FrameLayout& layout = config_.layout;
  const bool is_on_device = box.channel().is_on_device();
  if (surfaces != nullptr) {
    return config_.cuda->copy_surfaces(packed, is_on_device, layout, surfaces->planes.data(), surfaces->use, problem);
  }
  if (config_.cuda != nullptr) {
    return config_.cuda->copy_planes(packed, is_on_device, layout, frame, problem) ? LSD_OK : LSD_ERROR_ARGUMENT;
  }
  for (int32_t i = 0; i < layout.plane_count; ++i) {
    copy_plane(packed, layout, i, frame.planes[i], frame.row_pitch_bytes[i]);
  }
  return LSD_OK;
}

lsd_status Stream::acquire(lsd_result* out) {
  if (config_.has_contexts())
    return fail(LSD_ERROR_ARGUMENT, "This stream has contexts: use lsd_stream_acquire_context.");
  if (config_.has_surfaces()) return fail(LSD_ERROR_ARGUMENT, "This stream has surfaces: use lsd_stream_acquire_into.");
  const IncomingFrame* frame = nullptr;
  const lsd_status status = take_result(&frame, out);
  if (status == LSD_OK) out->pixels = frame->pixels.get();
  return status;
}

lsd_status Stream::acquire_into(const CudaSurface& target, const FenceUse& use, lsd_result* out) {
  if (!config_.has_surfaces())
    return fail(LSD_ERROR_ARGUMENT, "This stream has no surfaces: open it with LSD_MEMORY_SURFACE.");
  if (!target.is_like(config_.output_width, config_.output_height, config_.output_format)) {
    return fail(LSD_ERROR_ARGUMENT, "The surface does not have the output's size and format.");
  }
  if (config_.cuda->are_results_stuck()) {
    return fail(LSD_NOTHING, "The engine's fence does not reach the value that its pictures wait for.");
  }
  const IncomingFrame* frame = nullptr;
  lsd_status status = take_result(&frame, out);
  if (status != LSD_OK) return status;
  std::string problem;
  status = config_.cuda->copy_into(target, frame->pixels.get(), static_cast<size_t>(config_.output_width) * 4,
                                   static_cast<size_t>(config_.output_height), use, &problem);
  return status == LSD_OK ? LSD_OK : fail(status, problem);
}

lsd_status Stream::take_result(const IncomingFrame** taken, lsd_result* out) {
  std::string problem;
  // The result acquired before goes back with this call, and the engine's stream may still be reading it.
  if (config_.cuda != nullptr && inbox_.has_newer() && !config_.cuda->mark_read(&problem)) {
    return fail(LSD_ERROR_INTERNAL, problem);
  }
  const IncomingFrame* frame = *taken = inbox_.take();
  if (frame == nullptr) return LSD_NOTHING;
  out->width = config_.output_width;
  out->height = config_.output_height;
  out->format = config_.output_format;
  out->memory = config_.has_surfaces()    ? LSD_MEMORY_SURFACE
                : config_.cuda != nullptr ? LSD_MEMORY_CUDA
                                          : LSD_MEMORY_HOST;
  out->seq = frame->seq;
  out->control_seq = frame->control_seq;
  out->t_capture_ns = frame->t_capture_ns;
  out->t_submit_ns = frame->t_submit_ns;
  out->t_receive_ns = frame->t_receive_ns;
  out->t_start_ns = frame->t_start_ns;
  out->t_end_ns = frame->t_end_ns;
  out->t_send_ns = frame->t_send_ns;
  out->t_acquire_ns = now_ns();
  const auto camera = cameras_.find(frame->seq);
  out->has_camera = camera ? 1 : 0;
  out->camera = camera.value_or(lsd_camera{});
  const std::lock_guard lock(statistics_mutex_);
  latency_ms_.add(milliseconds_between(out->t_capture_ns, out->t_acquire_ns));
  return LSD_OK;
}

lsd_status Stream::acquire_context(lsd_context* out) {
  if (!config_.has_contexts()) return fail(LSD_ERROR_ARGUMENT, "This stream has pictures: use lsd_stream_acquire.");
  const ContextInbox::Held held = contexts_.acquire();
  if (held.are_too_many) return fail(LSD_ERROR_ARGUMENT, "Too many contexts are held; release one first.");
  if (held.context == nullptr) return LSD_NOTHING;
  const IncomingContext& context = *held.context;
  const GridSize grid = context_grid(config_.output_width, config_.output_height);
  out->width = grid.width;
  out->height = grid.height;
  out->channels = kShapeChannels;
  out->values = reinterpret_cast<const uint16_t*>(context.values.get());
  out->seq = context.seq;
  out->control_seq = context.control_seq;
  out->t_capture_ns = context.times.t_capture_ns;
  out->t_submit_ns = context.times.t_submit_ns;
  out->t_receive_ns = context.times.t_receive_ns;
  out->t_start_ns = context.times.t_start_ns;
  out->t_end_ns = context.times.t_end_ns;
  out->t_send_ns = context.times.t_send_ns;
  out->t_acquire_ns = now_ns();
  out->age_ns = age_ns(out->t_acquire_ns, context.times.t_capture_ns);
  out->is_new = held.is_new ? 1 : 0;
  out->has_camera = context.camera ? 1 : 0;
  out->camera = context.camera.value_or(lsd_camera{});
  fill_weights(*context.weights, out);
  out->hold = &context;
  if (!held.is_new) return LSD_OK;
  const std::lock_guard lock(statistics_mutex_);
  latency_ms_.add(milliseconds_between(out->t_capture_ns, out->t_acquire_ns));
  return LSD_OK;
}

lsd_status Stream::release_context(lsd_context* context) {
  if (!contexts_.release(context->hold)) return fail(LSD_ERROR_ARGUMENT, "This context is not held.");
  context->hold = nullptr;
  context->values = nullptr;
  context->weights = nullptr;
  return LSD_OK;
}

int64_t Stream::commit_controls(float transition_s) {
  const auto control_seq = controls_.commit(transition_s);
  if (!control_seq) return fail(LSD_ERROR_ARGUMENT, "The group of controls is empty.");
  wakeup_->signal();
  return *control_seq;
}

void Stream::reset() {
  is_reset_wanted_ = true;
  wakeup_->signal();
}

void Stream::fill_stats(lsd_stats* out) const {
  out->client_state = client_->state;
  out->stream_state = state_;
  out->transport = transport_;
  out->submitted = submitted_;
  out->sent = sent_;
  out->returned = returned_;
  out->dropped_client = dropped_client_;
  out->dropped_daemon = dropped_daemon_before_ + dropped_daemon_;
  out->dropped_results = dropped_results_;
  out->reconnects = client_->reconnects;
  out->round_trip_ms = client_->round_trip_ms;
  LatencyWindow latency;
  {
    const std::lock_guard lock(statistics_mutex_);
    out->fps = results_.per_second(now_ns());
    latency = latency_ms_;
  }
  const Percentiles percentiles = latency.percentiles();
  out->latency_ms_p50 = percentiles.p50;
  out->latency_ms_p95 = percentiles.p95;
  out->latency_ms_max = percentiles.max;
}

bool Stream::stage_percentiles(const std::string& stage, Percentiles* out) const {
  LatencyWindow window;
  {
    const std::lock_guard lock(statistics_mutex_);
    const auto found = stages_ms_.find(stage);
    if (found == stages_ms_.end()) return false;
    window = found->second;
  }
  *out = window.percentiles();
  return true;
}

std::string Stream::stage_names() const {
  const std::lock_guard lock(statistics_mutex_);
  std::string names;
  for (const auto& [name, window] : stages_ms_) {
    if (!names.empty()) names += ',';
    names += name;
  }
  return names;
}

void Stream::attach(std::shared_ptr<Outbox> outbox) {
  transport_ = outbox->channel().transport();
  {
    const std::lock_guard lock(outbox_mutex_);
    outbox_ = std::move(outbox);
  }
  state_ = LSD_STREAM_OPEN;
}

void Stream::detach() {
  std::shared_ptr<Outbox> old;
  {
    const std::lock_guard lock(outbox_mutex_);
    old.swap(outbox_);
  }
  if (old != nullptr && old->shut()) ++dropped_client_;
  dropped_daemon_before_ += dropped_daemon_.exchange(0);
}

std::shared_ptr<Outbox> Stream::outbox() const {
  const std::lock_guard lock(outbox_mutex_);
  return outbox_;
}

void Stream::count_result(const Result& result, int64_t now_ns) {
  ++returned_;
  dropped_daemon_ = result.dropped;
  const std::lock_guard lock(statistics_mutex_);
  results_.add(now_ns);
  for (const auto& [stage, micros] : result.timings_us) {
    if (stages_ms_.size() >= kMostStagesKept && stages_ms_.find(stage) == stages_ms_.end()) continue;
    stages_ms_[stage].add(static_cast<float>(micros) / 1000.0f);
  }
}

}  // namespace lsd
