// From an engine's planes to the guide, row by row, as `mirage_lsd/models/guide.py` defines it. Included by kernel.inl.

constexpr float kFar = 2000.0f;

// What a row of pixels needs of its neighbours: positions, and what they were made from. Padded to whole tiles.
struct Row {
  // A tile's width before and behind, so that a tangent may look over the sides.
  explicit Row(int padded) : data(static_cast<size_t>(padded) * 9 + 2 * kLanes), stride(padded) {}
  float* plane(int i) { return data.data() + kLanes + static_cast<size_t>(i) * stride; }
  float* x() { return plane(0); }
  float* y() { return plane(1); }
  float* z() { return plane(2); }
  float* view_x() { return plane(3); }
  float* view_y() { return plane(4); }
  float* view_z() { return plane(5); }
  float* depth() { return plane(6); }
  float* ground() { return plane(7); }     // 1 where there is a surface, 0 for sky
  float* footprint() { return plane(8); }  // before the angle of incidence
  std::vector<float> data;
  int stride;
};

// The part of a call that is the same for every row.
struct View {
  View(const mls_frame& f, int w, int h)
      : frame(f), width(w), height(h), padded((w + kLanes * 2 - 1) / (kLanes * 2) * (kLanes * 2)), column(padded) {
    for (int x = 0; x < padded; ++x) {
      const int clamped = x < w ? x : w - 1;
      column[x] = w == f.width ? clamped : static_cast<int>((clamped + 0.5) * f.width / w);
    }
    pixel_angle = 2.0f / (f.intrinsics[1] * static_cast<float>(h));
  }
  int source_row(int y) const {
    return height == frame.height ? y : static_cast<int>((y + 0.5) * frame.height / height);
  }

  const mls_frame& frame;
  int width, height, padded;
  std::vector<int> column;  // of the planes, for each pixel
  float pixel_angle = 0.0f;
};

inline void locate_row(const View& v, int y, Row& row) {
  const mls_frame& f = v.frame;
  const float* m = f.world_from_camera;
  const float* depth_row = f.depth + static_cast<size_t>(v.source_row(y)) * f.width;
  const float step_y = (static_cast<float>(y) + 0.5f) / static_cast<float>(v.height);
  const float camera_y = (1.0f - 2.0f * step_y + f.intrinsics[3]) / f.intrinsics[1];
  float* depth = row.depth();
  if (v.width == f.width) {
    std::memcpy(depth, depth_row, sizeof(float) * v.width);
    for (int x = v.width; x < v.padded; ++x) depth[x] = depth_row[v.width - 1];
  } else {
    for (int x = 0; x < v.padded; ++x) depth[x] = depth_row[v.column[x]];
  }
  vf lane;
  for (int i = 0; i < kLanes; ++i) lane[i] = static_cast<float>(i) + 0.5f;
  for (int x = 0; x < v.padded; x += kLanes) {
    const vf step_x = (lane + static_cast<float>(x)) / static_cast<float>(v.width);
    const vf camera_x = (2.0f * step_x - 1.0f + f.intrinsics[2]) / f.intrinsics[0];
    const vf rx = camera_x * m[0] + camera_y * m[1] - m[2];
    const vf ry = camera_x * m[4] + camera_y * m[5] - m[6];
    const vf rz = camera_x * m[8] + camera_y * m[9] - m[10];
    const vf scale = vrsqrt(rx * rx + ry * ry + rz * rz);
    const vf vx = rx * scale, vy = ry * scale, vz = rz * scale;
    vf d = load(depth + x);
    const vi solid = (d > 0.0f) & (d < kFar);  // not a number compares false
    d = as_float(solid & as_int(d));
    // Sky pixels live on a dome of clouds that goes with the camera: the direction alone decides.
    const vf reach = 6.0f / (vmax(vy, splat(0.0f)) + 0.12f);
    store(row.x() + x, select(solid, m[3] + rx * d, vx * reach));
    store(row.y() + x, select(solid, m[7] + ry * d, splat(0.0f)));
    store(row.z() + x, select(solid, m[11] + rz * d, vz * reach));
    store(row.view_x() + x, vx);
    store(row.view_y() + x, vy);
    store(row.view_z() + x, vz);
    store(row.depth() + x, d);
    store(row.ground() + x, one_where(solid));
    // Below the horizon the dome would hang in curtains: what is sky there has no clouds.
    const vf below = vmax(-vy, splat(0.0f)) * 200.0f;
    store(row.footprint() + x, select(solid, d * v.pixel_angle, reach * v.pixel_angle + below));
  }
}

struct Vec3 {
  vf x, y, z;
};

inline Vec3 between(Row& to, Row& from, int a, int b) {
  return {load(to.x() + a) - load(from.x() + b), load(to.y() + a) - load(from.y() + b),
          load(to.z() + a) - load(from.z() + b)};
}
inline vf square(const Vec3& a) { return a.x * a.x + a.y * a.y + a.z * a.z; }
inline Vec3 shorter(const Vec3& forward, const Vec3& backward) {
  const vi nearer = square(forward) <= square(backward);
  return {select(nearer, forward.x, backward.x), select(nearer, forward.y, backward.y),
          select(nearer, forward.z, backward.z)};
}

// Normals from neighbouring positions; of the two differences each way the shorter one, which stays on the surface.
inline Vec3 derived_normal(const View& v, Row& above, Row& here, Row& below, int y, int x) {
  Vec3 forward_x, backward_x;
  if (x > 0 && x + kLanes < v.width) {
    forward_x = between(here, here, x + 1, x);
    backward_x = between(here, here, x, x - 1);
  } else {
    // At the picture's sides the only difference there is counts twice.
    alignas(64) float next[3][kLanes], back[3][kLanes];
    for (int i = 0; i < kLanes; ++i) {
      const int at = x + i < v.width ? x + i : v.width - 1;
      const int f = v.width == 1 ? at : (at + 1 < v.width ? at : at - 1);
      const int b = v.width == 1 ? at : (at > 0 ? at - 1 : at);
      const int f1 = v.width == 1 ? at : f + 1, b1 = v.width == 1 ? at : b + 1;
      for (int k = 0; k < 3; ++k) {
        next[k][i] = here.plane(k)[f1] - here.plane(k)[f];
        back[k][i] = here.plane(k)[b1] - here.plane(k)[b];
      }
    }
    forward_x = {load(next[0]), load(next[1]), load(next[2])};
    backward_x = {load(back[0]), load(back[1]), load(back[2])};
  }
  const bool first = y == 0, last = y + 1 == v.height;
  const Vec3 forward_y = last ? between(here, above, x, x) : between(below, here, x, x);
  const Vec3 backward_y = first ? between(below, here, x, x) : between(here, above, x, x);
  const Vec3 a = shorter(forward_x, backward_x), b = shorter(forward_y, backward_y);
  Vec3 n = {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
  const vf scale = vrsqrt(square(n) + 1e-20f);
  const vf facing = n.x * load(here.view_x() + x) + n.y * load(here.view_y() + x) + n.z * load(here.view_z() + x);
  const vf signed_scale = select(facing <= 0.0f, scale, -scale) * load(here.ground() + x);
  return {n.x * signed_scale, n.y * signed_scale, n.z * signed_scale};
}

inline Vec3 sent_normal(const View& v, Row& here, int y, int x) {
  const uint8_t* source = v.frame.normal + static_cast<size_t>(v.source_row(y)) * v.frame.width * 4;
  Vec3 n;
  for (int i = 0; i < kLanes; ++i) {
    const uint8_t* texel = source + static_cast<size_t>(v.column[x + i]) * 4;
    n.x[i] = texel[0];
    n.y[i] = texel[1];
    n.z[i] = texel[2];
  }
  n = {n.x * (2.0f / 255.0f) - 1.0f, n.y * (2.0f / 255.0f) - 1.0f, n.z * (2.0f / 255.0f) - 1.0f};
  const vf scale = vrsqrt(square(n) + 1e-6f) * load(here.ground() + x);
  return {n.x * scale, n.y * scale, n.z * scale};
}

// Which way a surface runs along the row: to the pixel eight to the right if that lies on it, else to the left, else 0.
inline Vec3 row_tangent(const View& v, Row& here, int x, const Vec3& n) {
  constexpr int kReach = 8;
  vf column;
  for (int i = 0; i < kLanes; ++i) column[i] = static_cast<float>(x + i);
  const vf level = square(n) * 0.15f;
  const auto on_surface = [&](const Vec3& step) {
    const vf across = step.x * n.x + step.y * n.y + step.z * n.z;
    return across * across < square(step) * level;
  };
  const Vec3 right = between(here, here, x + kReach, x), left = between(here, here, x, x - kReach);
  const vi to_right = on_surface(right) & (column + static_cast<float>(kReach) < static_cast<float>(v.width));
  const vi to_left = on_surface(left) & (column >= static_cast<float>(kReach)) & ~to_right;
  const auto chosen = [&](vf a, vf b) { return as_float((to_right & as_int(a)) | (to_left & as_int(b))); };
  return {chosen(right.x, left.x), chosen(right.y, left.y), chosen(right.z, left.z)};
}

inline void read_color(const View& v, int y, int x, vf* out) {
  const uint8_t* source = v.frame.color + static_cast<size_t>(v.source_row(y)) * v.frame.width * 4;
  vi texel;
  if (v.width == v.frame.width && x + kLanes <= v.width) {
    std::memcpy(&texel, source + static_cast<size_t>(x) * 4, sizeof(texel));
  } else {
    for (int i = 0; i < kLanes; ++i) {
      int32_t one;
      std::memcpy(&one, source + static_cast<size_t>(v.column[x + i]) * 4, sizeof(one));
      texel[i] = one;
    }
  }
  for (int k = 0; k < 3; ++k) {
    out[k] = __builtin_convertvector((texel >> (8 * k)) & 0xff, vf) * (2.0f / 255.0f) - 1.0f;
  }
}

// Of the second color, for a wave of which a pixel covers `turn` radians.
inline vf pattern_share(vf wave, vf turn) {
  return vclamp(0.5f + 0.5f * wave / (0.1f + turn * (0.5f + 0.125f * turn * turn)), 0, 1);
}

// The color of a character: bands by height, stripes by the direction that the surface faces.
// `garment`: a palette's row.
inline void wear(const vf* garment, const Vec3& n, vf height, vf footprint, vf* color) {
  constexpr float kBandPeriod = 0.2f, kBodyRadius = 0.2f, kTurn = 6.2831853f, kStripes = 8;
  vf sine, c, s;
  sincos_turns(height * (1.0f / kBandPeriod), sine, c);
  const vf bands = pattern_share(c, footprint * (kTurn / kBandPeriod));
  const vf flat = vmax(vsqrt(n.x * n.x + n.z * n.z), splat(0.05f));
  c = n.x / flat;
  s = n.z / flat;
  for (int i = 0; i < 3; ++i) {
    const vf doubled = c * c - s * s;
    s = 2.0f * c * s;
    c = doubled;
  }
  const vf stripes = pattern_share(c, footprint * (kStripes / kBodyRadius) / flat);
  const vf share = garment[6] * bands + garment[7] * stripes;
  for (int k = 0; k < 3; ++k) color[k] = garment[k] + (garment[3 + k] - garment[k]) * share;
}

constexpr int kGuide = MLS_GUIDE_CHANNELS;

// What nobody built has no windows, beams and bricks; what grows faces up at least so much, and has what lies on
// slopes.
constexpr int kUnbuilt = 4, kGrown = 5;
constexpr float kGrownUp = 0.5f;

// Takes what fields and patterns are functions of into the space of each pixel's object: a point, its normal and its
// tangent. Sky stays on its dome.
inline void to_object_space(const View& v, Row& here, int y, int x, Vec3& p, Vec3& n, Vec3& t) {
  constexpr int kSlots = 256;
  const mls_frame& f = v.frame;
  const uint8_t* const slots = f.slots + static_cast<size_t>(v.source_row(y)) * f.width;
  for (int i = 0; i < kLanes; ++i) {
    const int slot = slots[v.column[x + i]];
    if (slot == 0 || here.ground()[x + i] < 0.5f) continue;
    const float *a = f.object_from_world + 4 * slot, *b = a + 4 * kSlots, *c = b + 4 * kSlots;
    const auto turned = [&](Vec3& d) {
      const float dx = d.x[i], dy = d.y[i], dz = d.z[i];
      d.x[i] = a[0] * dx + a[1] * dy + a[2] * dz;
      d.y[i] = b[0] * dx + b[1] * dy + b[2] * dz;
      d.z[i] = c[0] * dx + c[1] * dy + c[2] * dz;
    };
    turned(p);
    turned(n);
    turned(t);
    p.x[i] += a[3];
    p.y[i] += b[3];
    p.z[i] += c[3];
  }
}

// The guide of sixteen pixels from column `x` of row `y`; `noise`: 3 vectors, or null.
inline void guide_of(const View& v, Row& above, Row& here, Row& below, int y, int x, vf* g, vf* noise) {
  const mls_frame& f = v.frame;
  read_color(v, y, x, g);
  const vf ground = load(here.ground() + x), depth = load(here.depth() + x);
  const vf vx = load(here.view_x() + x), vy = load(here.view_y() + x), vz = load(here.view_z() + x);
  Vec3 n = f.normal ? sent_normal(v, here, y, x) : derived_normal(v, above, here, below, y, x);
  const uint8_t* const ids = f.ids ? f.ids + static_cast<size_t>(v.source_row(y)) * f.width : nullptr;
  vf built = splat(1.0f);
  if (ids) {
    for (int i = 0; i < kLanes; ++i) {
      const int surface = ids[v.column[x + i]];
      if (surface >= kUnbuilt) built[i] = 0.0f;
      if (surface == kGrown && ground[i] > 0.5f) n.y[i] = std::max(n.y[i], kGrownUp);
    }
  }
  g[3] = ground / (1.0f + depth);
  g[4] = vlog(1.0f + depth) * 0.2f;
  g[5] = n.x;
  g[6] = n.y;
  g[7] = n.z;
  g[8] = 1.0f - ground;
  g[9] = splat(1.0f);
  g[10] = n.x * f.sun[0] + n.y * f.sun[1] + n.z * f.sun[2];
  g[11] = vx * f.sun[0] + vy * f.sun[1] + vz * f.sun[2];
  // Sky that is seen below the horizon is the horizon's.
  g[12] = select(ground > 0.5f, vy, vmax(vy, splat(0.0f)));
  for (int k = 13; k < 17; ++k) g[k] = splat(0.0f);
  vf garment[8] = {};
  bool any = false;
  if (ids) {
    for (int i = 0; i < kLanes; ++i) {
      const int part = ids[v.column[x + i]];
      if (part < 1 || part > 3) continue;
      g[13][i] = 1.0f;
      any = true;
      for (int k = 0; k < 8; ++k) garment[k][i] = f.palette[8 * (part - 1) + k];
    }
  }
  // Larger where the surface is seen at a grazing angle, at most five times.
  const vf incidence = vmax(vabs(n.x * vx + n.y * vy + n.z * vz), splat(0.2f));
  const vf footprint = load(here.footprint() + x) / select(ground > 0.5f, incidence, splat(1.0f)) + 1e-4f;
  Vec3 p = {load(here.x() + x), load(here.y() + x), load(here.z() + x)};
  Vec3 t = row_tangent(v, here, x, n);
  if (f.slots) to_object_space(v, here, y, x, p, n, t);
  if (any) wear(garment, n, p.y, footprint, g + 14);
  world_fields(p.x, p.y, p.z, n.x, n.y, n.z, t.x, t.y, t.z, footprint, f.seed, built, g + 17);
  if (noise) anchored_noise(p.x, p.y, p.z, n.x, n.y, n.z, footprint, noise);
}

// Without geometry the guide is the color alone.
inline void color_guide_of(const View& v, int y, int x, vf* g) {
  read_color(v, y, x, g);
  for (int k = 3; k < kGuide; ++k) g[k] = splat(0.0f);
}
