// Where each pixel was in the frame before, as `mirage_lsd/pipeline/reproject.py` defines it. Included by kernel.inl.

// A pixel's depth may differ by this share from what the frame before saw there before it counts as newly visible.
constexpr float kDepthTolerance = 0.06f;
constexpr int kCell = 8;  // pixels of the base picture to a cell of the features

class Reprojection {
 public:
  Reprojection(const mls_frame& frame, const mls_before& before, const float* depth, const float* motion, int width,
               int height, float* coarse)
      : frame_(frame),
        before_(before),
        depth_(depth),
        motion_(motion),
        width_(width),
        height_(height),
        plane_(static_cast<size_t>(width) * height),
        coarse_(coarse),
        at_(static_cast<size_t>(width) * 3),
        valid_(width) {}

  // Rows first..last, `first` a multiple of kCell; returns how many pixels are valid.
  int64_t rows(int first, int last) {
    int64_t valid = 0;
    for (int y = first; y < last; ++y) {
      if (motion_) {
        follow_motion(y);
      } else {
        follow_camera(y);
      }
      valid += look();
      average(y);
    }
    return valid;
  }

 private:
  // Where each pixel of the row was: x, y in pixels, and its depth there (0: sky), as three rows of `at_`.
  void follow_camera(int y) {
    const float* m = frame_.world_from_camera;
    const float* c = before_.clip_from_world;
    const float w = static_cast<float>(width_), h = static_cast<float>(height_);
    const float camera_y =
        (1.0f - 2.0f * (static_cast<float>(y) + 0.5f) / h + frame_.intrinsics[3]) / frame_.intrinsics[1];
    const float* depth = depth_ + static_cast<size_t>(y) * width_;
    float *px = at_.data(), *py = px + width_, *pd = py + width_;
    for (int x = 0; x < width_; ++x) {
      const float camera_x =
          (2.0f * (static_cast<float>(x) + 0.5f) / w - 1.0f + frame_.intrinsics[2]) / frame_.intrinsics[0];
      // Sky is far away: only the rotation moves it.
      const float d = depth[x] > 0.0f ? depth[x] : 1e5f;
      const float wx = m[3] + (camera_x * m[0] + camera_y * m[1] - m[2]) * d;
      const float wy = m[7] + (camera_x * m[4] + camera_y * m[5] - m[6]) * d;
      const float wz = m[11] + (camera_x * m[8] + camera_y * m[9] - m[10]) * d;
      const float along = c[12] * wx + c[13] * wy + c[14] * wz + c[15];
      const float inverse = 1.0f / (along > 1e-3f ? along : 1e-3f);
      px[x] = ((c[0] * wx + c[1] * wy + c[2] * wz + c[3]) * inverse * 0.5f + 0.5f) * w - 0.5f;
      py[x] = (0.5f - (c[4] * wx + c[5] * wy + c[6] * wz + c[7]) * inverse * 0.5f) * h - 0.5f;
      pd[x] = depth[x] > 0.0f ? along : 0.0f;
    }
  }

  void follow_motion(int y) {
    const float* mx = motion_ + static_cast<size_t>(y) * width_;
    const float* my = mx + plane_;
    for (int x = 0; x < width_; ++x) {
      at_[x] = static_cast<float>(x) + mx[x];
      at_[width_ + x] = static_cast<float>(y) + my[x];
    }
  }

  // Whether each pixel of the row was visible; returns how many were.
  int64_t look() {
    const float *px = at_.data(), *py = px + width_, *pd = py + width_;
    const float right = static_cast<float>(width_ - 1), bottom = static_cast<float>(height_ - 1);
    int64_t count = 0;
    for (int x = 0; x < width_; ++x) {
      // False for what is not a number.
      bool valid = px[x] > -0.5f && px[x] < right + 0.5f && py[x] > -0.5f && py[x] < bottom + 0.5f;
      if (valid && !motion_) {
        const int nx = static_cast<int>(std::min(std::max(px[x], 0.0f), right) + 0.5f);
        const int ny = static_cast<int>(std::min(std::max(py[x], 0.0f), bottom) + 0.5f);
        const float seen = before_.depth[static_cast<size_t>(ny) * width_ + nx];
        valid = std::fabs(seen - pd[x]) <= kDepthTolerance * std::max(pd[x], 0.1f);
      }
      valid_[x] = valid ? 1.0f : 0.0f;
      count += valid;
    }
    return count;
  }

  // Adds the row to the cells' means; sizes are multiples of kCell. Motion that is no number counts as none: such
  // pixels are not valid anyway.
  void average(int y) {
    const int columns = width_ / kCell;
    const size_t cells = static_cast<size_t>(columns) * (height_ / kCell);
    float* cell = coarse_ + static_cast<size_t>(y / kCell) * columns;
    if (y % kCell == 0) {
      for (int k = 0; k < 3; ++k) std::fill(cell + cells * k, cell + cells * k + columns, 0.0f);
    }
    constexpr float kShare = 1.0f / (kCell * kCell);
    for (int x = 0; x < columns * kCell; ++x) {
      const float dx = at_[x] - static_cast<float>(x), dy = at_[width_ + x] - static_cast<float>(y);
      if (std::isfinite(dx) && std::isfinite(dy)) {
        cell[x / kCell] += dx * kShare;
        cell[cells + x / kCell] += dy * kShare;
      }
      cell[2 * cells + x / kCell] += valid_[x] * kShare;
    }
  }

  const mls_frame& frame_;
  const mls_before& before_;
  const float *depth_, *motion_;
  int width_, height_;
  size_t plane_;
  float* coarse_;
  std::vector<float> at_, valid_;
};
