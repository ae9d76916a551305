#include "hook.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <tuple>
#include <utility>
#include <vector>

#include "gl_state.h"
#include "held.h"
#include "log.h"

namespace mirage_hook {
namespace {

constexpr int kFramesBeforeGuesses = 120;
constexpr int kFramesBetweenReports = 30;
constexpr double kMostShadedWidth = 1920, kMostShadedHeight = 1080;

thread_local bool render_thread = false;

/** A size with the shape of `width` x `height` that fits in the other one, and is not larger than itself. */
std::pair<int, int> fitted(int width, int height, double most_width, double most_height) {
  const double scale = std::min({1.0, most_width / width, most_height / height});
  return {std::max(16, static_cast<int>(std::lround(width * scale))),
          std::max(16, static_cast<int>(std::lround(height * scale)))};
}

}  // namespace

Hook& hook() {
  // Never destroyed: a game's threads may draw until the very end.
  static Hook* const instance = new Hook;
  return *instance;
}

bool on_render_thread() { return render_thread; }

Hook::Hook()
    : settings_(read_settings()),
      axes_(settings_.profile),
      moving_(settings_.profile, axes_),
      exposure_(settings_.profile.exposure) {}

bool Hook::watching() const { return gl_ != nullptr && !failed_ && !busy_ && list_ == 0; }

void Hook::start(void* context) {
  render_thread = true;
  context_ = context;
  immediate_ = Immediate();
  const char* why = nullptr;
  gl_ = load_gl(&why);
  if (gl_ == nullptr) {
    log("%s The game runs unpainted.", why);
    failed_ = true;
    return;
  }
  shaders_ = std::make_unique<ShaderMatrices>(*gl_);
  if (painter_ == nullptr) {
    const NativeCore* core = load_native_core();
    if (core == nullptr)
      failed_ = true;
    else
      painter_ = std::make_unique<Painter>(*core, settings_.controls);
  }
}

bool Hook::draw(int64_t vertices, bool repeatable) {
  if (list_ != 0) list_vertices_[list_] += vertices;
  if (!watching() || vertices <= 0) return false;
  PerspectiveDraw draw;
  gl_->GetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw.target.framebuffer);
  gl_->GetIntegerv(GL_VIEWPORT, draw.target.viewport);
  if (!draws_.large_enough(draw.target)) return false;
  draw.vertices = static_cast<uint32_t>(std::min<int64_t>(vertices, 1 << 30));

  TransformKind kind = TransformKind::kUnknown;
  GLint program = 0;
  gl_->GetIntegerv(GL_CURRENT_PROGRAM, &program);
  if (program != 0) kind = shaders_->read(static_cast<GLuint>(program), &draw.transform);
  if (kind == TransformKind::kUnknown && gl_->compatibility) {
    // Old programs use the fixed functions' matrices.
    GLfloat projection[16], model_view[16];
    gl_->GetFloatv(GL_PROJECTION_MATRIX, projection);
    gl_->GetFloatv(GL_MODELVIEW_MATRIX, model_view);
    draw.transform = {from_columns(projection), from_columns(model_view)};
    kind = is_perspective(draw.transform.projection) ? TransformKind::kPerspective : TransformKind::kAffine;
  }
  if (kind == TransformKind::kUnknown) {
    // A program without matrices that looks at depth is something in the world; one that doesn't fills the screen.
    if (gl_->IsEnabled(GL_DEPTH_TEST) == GL_TRUE) return false;
    kind = TransformKind::kAffine;
  }
  const Pass* ended = nullptr;
  if (kind == TransformKind::kPerspective) {
    draw.transform = with_right_handed_eye(draw.transform);
    gl_->GetFloatv(GL_DEPTH_RANGE, draw.depth_range);
    ended = draws_.perspective(draw);
    if (ended != nullptr) {
      pass_over(*ended);
      ended = draws_.perspective(draw);
    }
  } else {
    ended = draws_.end_pass();
  }
  if (ended != nullptr) pass_over(*ended);
  if (kind != TransformKind::kPerspective) return false;
  if (!repeatable) immediate_.begins(draw);
  if (!repeatable || settings_.bypassed) return false;
  if (program != 0 && shaders_->writes_memory(static_cast<GLuint>(program))) return false;
  return moving_.draw_twice(&draws_, draw);
}

void Hook::drawn_twice() { moving_.drawn_twice(); }

void Hook::immediate_begins(int64_t vertices) {
  immediate_.forget();
  draw(vertices, false);
  if (watching() && !settings_.bypassed && moving_.any_immediate()) immediate_.record(*gl_);
}

void Hook::immediate_ends(int64_t vertices) {
  const PerspectiveDraw* draw = watching() ? immediate_.ended(vertices) : nullptr;
  if (draw != nullptr) draws_.last_was_immediate(draw->vertices);
  if (!immediate_.stop()) return;
  if (draw != nullptr && moving_.draw_twice(&draws_, *draw)) {
    immediate_.draw();
    moving_.drawn_twice();
  }
  immediate_.draw();
}

void Hook::clear(unsigned mask) {
  if (!watching() || (mask & GL_DEPTH_BUFFER_BIT) == 0) return;
  if (const Pass* ended = draws_.end_pass()) pass_over(*ended);
}

void Hook::copy_from_framebuffer() {
  if (!watching()) return;
  if (const Pass* ended = draws_.end_pass()) pass_over(*ended);
}

void Hook::list_begins(GLuint first) {
  list_ = first;
  list_vertices_[first] = 0;
}

int64_t Hook::list_vertices(GLuint list) const {
  const auto found = list_vertices_.find(list);
  return found != list_vertices_.end() ? found->second : 0;
}

void Hook::program_changes(GLuint program) {
  if (shaders_ != nullptr) shaders_->forget(program);
}

void Hook::swap(void* context) {
  if (failed_ || busy_) return;
  if (gl_ == nullptr || context != context_) {
    if (gl_ != nullptr && !render_thread) return;  // another window's thread
    drop_surfaces(false);
    start(context);
    return;
  }
  if (const Pass* ended = draws_.end_frame()) pass_over(*ended);
  figures_.frames++;
  steer();
  tell_guesses();
  if (!settings_.report.empty() && figures_.frames % kFramesBetweenReports == 0) write_report();
}

void Hook::pass_over(const Pass& pass) {
  const auto began = std::chrono::steady_clock::now();
  busy_ = true;
  figures_.passes++;
  std::vector<ObjectGroup> objects;
  for (const Pass::Group* group : pass.world()) objects.push_back(group->object);
  const CameraEstimate estimate = vote_.update(std::move(objects));
  figures_.support += estimate.support;
  figures_.cuts += estimate.cut ? 1 : 0;

  ViewDepth depth = view_depth_of(*gl_, pass);
  depth.metres = axes_.metres_per_unit(depth.projection);
  depth.sky_beyond = settings_.profile.sky_beyond;
  depth.held = settings_.profile.held_depth >= 0 ? settings_.profile.held_depth : draws_.held_depth();
  Moment moment;
  moment.number = figures_.passes;
  moment.t_capture_ns = painter_->now_ns();
  moment.reset = estimate.cut;
  moment.projection = depth.projection;
  if (estimate.found) {
    moment.reset = axes_.watch(estimate.view) || moment.reset;
    moment.view = estimate.view;
    moment.camera = axes_.camera(estimate.view, depth);
    moment.has_camera = true;
    moving_.follow(pass, estimate.view, depth.metres, moment.reset);
    moment.moving = moving_.moving();
    moment.slots = moving_.table(estimate.view, depth.metres);
    figures_.moving += static_cast<int64_t>(moment.moving.size());
  }
  if (!settings_.bypassed) paint(pass, &moment, &depth);
  busy_ = false;
  figures_.microseconds += std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count();
}

bool Hook::prepare(const Target& target) {
  const int width = target.viewport[2], height = target.viewport[3];
  if (capture_ != nullptr && width == pass_width_ && height == pass_height_)
    return capture_->ok() && write_back_->ok() && (!moving_.on() || moving_.prepare(*gl_, target));
  drop_surfaces(true);
  if (moving_.on() && !moving_.prepare(*gl_, target)) return false;
  pass_width_ = width;
  pass_height_ = height;
  std::tie(width_, height_) = fitted(width, height, settings_.profile.width, settings_.profile.height);
  prepare_shading();
  if (engine_ != nullptr) {
    painter_->context_plane_size(engine_->width(), engine_->height(), &width_, &height_);
    painter_->open_contexts(width_, height_, moving_.on(), engine_->width(), engine_->height());
  } else {
    painter_->open(width_, height_, moving_.on());
  }
  capture_ = std::make_unique<Capture>(*gl_, width, height, width_, height_);
  write_back_ = std::make_unique<WriteBack>(*gl_, width, height, width_, height_);
  painter_->await_open(settings_.lockstep_ms);
  submitted_ = fresh_from_ = 0;
  reset_next_ = true;
  return capture_->ok() && write_back_->ok();
}

void Hook::prepare_shading() {
  const Shading wanted = settings_.profile.shading;
  if (!shades_ || wanted == Shading::kDaemon || (wanted == Shading::kAuto && EngineShading::is_software(*gl_))) return;
  if (const char* why = EngineShading::obstacle(*gl_)) return give_up_shading(why);
  const auto [width, height] = fitted(pass_width_, pass_height_, kMostShadedWidth, kMostShadedHeight);
  engine_ = std::make_unique<EngineShading>(*gl_, width, height);
  if (!engine_->ok()) return give_up_shading("the graphics driver can't run the shading pass");
  log("the game's own OpenGL shades with the daemon's contexts, at %dx%d.", width, height);
}

void Hook::give_up_shading(const std::string& why) {
  shades_ = false;
  if (engine_ != nullptr) engine_->destroy();
  engine_.reset();
  if (settings_.profile.shading == Shading::kEngine)
    log("%s: the daemon's pictures are shown in place of engine shading.", why.c_str());
}

void Hook::forget_painted() {
  shown_ = Moment();
  if (engine_ != nullptr) engine_->forget();
  fresh_from_ = submitted_ + 1;
  reset_next_ = true;
}

void Hook::drop_surfaces(bool context_alive) {
  if (context_alive && capture_ != nullptr) {
    capture_->destroy();
    write_back_->destroy();
    if (engine_ != nullptr) engine_->destroy();
  }
  moving_.drop(context_alive);
  capture_.reset();
  write_back_.reset();
  engine_.reset();
  forget_painted();
}

void Hook::paint(const Pass& pass, Moment* moment, ViewDepth* depth) {
  const FramebufferGuard framebuffer(*gl_, pass.target.framebuffer);
  GLint samples = 0;
  if (pass.target.framebuffer != 0) gl_->GetIntegerv(GL_SAMPLE_BUFFERS, &samples);
  if (samples != 0) {
    if (!told_samples_)
      log("this game draws into multisampled pictures: turn its antialiasing off to have it painted.");
    told_samples_ = true;
    return;
  }
  const StateGuard guard(*gl_);
  const int x = pass.target.viewport[0], y = pass.target.viewport[1];
  if (!prepare(pass.target)) return;
  if (!painter_->connected()) {  // nothing is taken from a game that nobody paints
    forget_painted();
    const std::string refusal = engine_ != nullptr ? painter_->refusal() : "";
    if (!refusal.empty()) {
      give_up_shading("the daemon has no contexts to shade with (" + refusal + ")");
      drop_surfaces(true);
    }
    return;
  }
  GLint drawn_to = GL_NONE;
  gl_->BindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(pass.target.framebuffer));
  gl_->GetIntegerv(GL_DRAW_BUFFER0, &drawn_to);
  if (drawn_to == GL_NONE) return;
  gl_->ReadBuffer(static_cast<GLenum>(drawn_to));

  moment->reset = moment->reset || reset_next_;
  capture_->copy(x, y);
  const PassTextures copied = capture_->textures(moving_.slots_texture());
  if (moving_.on()) moving_.number(copied.depth);
  if (capture_->grab(*depth, exposure_.gamma(), copied.slots, moment->number)) {
    moments_[static_cast<size_t>(moment->number) % moments_.size()] = *moment;
    reset_next_ = false;
    figures_.captured++;
  } else {
    reset_next_ = moment->reset;
  }
  submit_arrived(settings_.lockstep_ms > 0);

  Painting painting{};
  std::vector<Matrix> then_from_now;
  if (engine_ != nullptr) {
    take_context();
    if (engine_ == nullptr || !engine_->ready() || !moment->has_camera) return;
    engine_->draw(copied, *depth, exposure_.gamma(), moment->camera, moment->slots);
    painting = {engine_->picture(), engine_->width(), engine_->height(), false};
  } else {
    take_result();
    if (shown_.seq == 0) return;
    if (settings_.reproject && shown_.number != moment->number && shown_.has_camera && moment->has_camera &&
        !moment->reset)
      then_from_now =
          clip_then_from_eye_now(shown_.projection * shown_.view, shown_.moving, moment->view, moment->moving);
    painting = write_back_->uploaded();
  }
  gl_->BindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(pass.target.framebuffer));
  gl_->DrawBuffer(static_cast<GLenum>(drawn_to));
  write_back_->draw(painting, x, y, copied.depth, copied.slots, *depth, then_from_now);
  figures_.painted++;
}

void Hook::submit_arrived(bool wait) {
  CapturedFrame frame{};
  awaited_ = 0;
  while (capture_->arrived(wait, &frame)) {
    Moment& moment = moments_[static_cast<size_t>(frame.number) % moments_.size()];
    if (moment.number != frame.number) continue;
    const int64_t pixels = int64_t{width_} * height_;
    exposure_.watch(frame.color, pixels);
    const bool holds = std::any_of(frame.depth, frame.depth + pixels, [](float d) { return d < 0; });
    std::vector<uint8_t> color;
    std::vector<float> depth;
    if (holds) {
      color.assign(frame.color, frame.color + 4 * pixels);
      depth.assign(frame.depth, frame.depth + pixels);
      fill_held(color.data(), depth.data(), width_, height_);
    }
    moment.seq = painter_->submit({holds ? color.data() : frame.color, holds ? depth.data() : frame.depth, frame.ids,
                                   moment.has_camera ? &moment.camera : nullptr, moment.slots, moment.t_capture_ns,
                                   moment.reset});
    if (moment.seq == 0) reset_next_ = reset_next_ || moment.reset;
    awaited_ = moment.seq;
    submitted_ = std::max(submitted_, moment.seq);
  }
}

void Hook::take_result() {
  const lsd_result* result =
      awaited_ > 0 && settings_.lockstep_ms > 0 ? painter_->await(awaited_, settings_.lockstep_ms) : painter_->newest();
  if (result == nullptr) return;
  const auto of = std::find_if(moments_.begin(), moments_.end(),
                               [&](const Moment& moment) { return moment.seq == result->seq && moment.seq != 0; });
  if (of == moments_.end()) return;
  write_back_->upload(result->pixels);
  shown_ = *of;
}

void Hook::take_context() {
  const lsd_context* context = painter_->newest_context(std::max(fresh_from_, settings_.lockstep_ms > 0 ? awaited_ : 0),
                                                        awaited_ > 0 ? settings_.lockstep_ms : 0);
  if (context == nullptr) return;
  const bool taken = engine_->take(*context);
  painter_->release_context();
  if (taken) return;
  give_up_shading("the model's numbers are not those that this hook shades with");
  drop_surfaces(true);
}

void Hook::steer() {
  if (keys_.take(Key::kBypass)) {
    settings_.bypassed = !settings_.bypassed;
    forget_painted();
    log("%s", settings_.bypassed ? "bypassed: the game's own picture (F9 paints it again)" : "painting");
  }
  if (keys_.take(Key::kTheme)) painter_->next_choice(0);
  if (keys_.take(Key::kLight)) painter_->next_choice(1);
}

void Hook::tell_guesses() {
  if (told_ || figures_.passes < kFramesBeforeGuesses) return;
  told_ = true;
  for (const std::string& name : settings_.profile.guessed()) {
    if (name == "up") log("guessed: up = %c", axes_.up());
    if (name == "metres_per_unit") log("guessed: metres_per_unit = %.4g", axes_.metres_per_unit(shown_.projection));
    if (name == "held_depth") log("guessed: held_depth = %.3g", static_cast<double>(draws_.held_depth()));
  }
}

void Hook::write_report() const {
  mirage_hook::write_report(
      settings_.report, figures_, painter_->stats(),
      {exposure_.gamma(), axes_.up(), draws_.held_depth(), width_, height_, engine_ != nullptr, !gl_->compatibility});
}

}  // namespace mirage_hook
