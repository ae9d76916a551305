// World fields, as `mirage_lsd/models/fields.py` defines them. Included by kernel.inl.

constexpr float kPeriod = 289.0f;

inline vf mod289(vf x) { return x - vfloor(x * (1.0f / kPeriod)) * kPeriod; }
inline vf permute(vf x) { return mod289((x * 34.0f + 1.0f) * x); }
inline vf unit(vf x) { return permute(x) * (2.0f / 288.0f) - 1.0f; }

inline vf cell_hash(vf x, vf y, vf z, float salt) {
  return unit(permute(permute(mod289(x) + salt) + mod289(y)) + mod289(z));
}

inline vf value_noise(vf px, vf py, vf pz, float salt) {
  const vf bx = vfloor(px), by = vfloor(py), bz = vfloor(pz);
  vf fx = px - bx, fy = py - by, fz = pz - bz;
  fx = fx * fx * (3.0f - 2.0f * fx);
  fy = fy * fy * (3.0f - 2.0f * fy);
  fz = fz * fz * (3.0f - 2.0f * fz);
  const vf x0 = mod289(bx), y0 = mod289(by), z0 = mod289(bz);
  const vf x1 = mod289(bx + 1.0f), y1 = mod289(by + 1.0f), z1 = mod289(bz + 1.0f);
  const vf a0 = permute(x0 + salt), a1 = permute(x1 + salt);
  vf n[2][2];
  const vf ys[2] = {y0, y1}, zs[2] = {z0, z1};
  for (int j = 0; j < 2; ++j) {
    const vf b0 = permute(a0 + ys[j]), b1 = permute(a1 + ys[j]);
    for (int k = 0; k < 2; ++k) {
      const vf v0 = unit(b0 + zs[k]);
      n[j][k] = v0 + (unit(b1 + zs[k]) - v0) * fx;
    }
  }
  const vf m0 = n[0][0] + (n[1][0] - n[0][0]) * fy;
  const vf m1 = n[0][1] + (n[1][1] - n[0][1]) * fy;
  return m0 + (m1 - m0) * fz;
}

inline vf fade(vf inverse_footprint, float period) {
  return vclamp(inverse_footprint * (period / 1.2f) - 1.0f, 0.0f, 1.0f);
}

inline vf line_coverage(vf distance, float half_width, vf footprint) {
  const vf half_pixel = footprint * 0.5f;
  const vf covered = vmax(half_width + half_pixel - distance, splat(0.0f));
  const vf coverage = vmin(covered / (2.0f * half_pixel + 1e-6f), splat(1.0f));
  return vmin(coverage, half_width / (half_pixel + 1e-6f));
}

constexpr int kFields = 15;

// `px`, `py`, `pz`: world position; `nx`, `ny`, `nz`: unit normal, zeros for sky; `tx`, `ty`, `tz`: row_tangent;
// `built`: 0 where there are no windows, beams and bricks; `out`: kFields vectors.
inline void world_fields(vf px, vf py, vf pz, vf nx, vf ny, vf nz, vf tx, vf ty, vf tz, vf footprint, const float* seed,
                         vf built, vf* out) {
  const vf qx = px - nx * 0.01f + seed[0], qy = py - ny * 0.01f + seed[1], qz = pz - nz * 0.01f + seed[2];
  const vf inverse = 1.0f / footprint;
  static constexpr float kFrequencies[5] = {0.06f, 0.25f, 1.0f, 4.0f, 14.0f};
  for (int i = 0; i < 5; ++i) {
    const float f = kFrequencies[i];
    out[i] = value_noise(qx * f, qy * f, qz * f, 7.0f + 31.0f * i) * fade(inverse, 1.0f / f);
  }
  static constexpr float kCells[2] = {2.0f, 0.5f};
  for (int i = 0; i < 2; ++i) {
    const float s = 1.0f / kCells[i];
    out[5 + i] =
        cell_hash(vfloor(qx * s), vfloor(qy * s), vfloor(qz * s), 101.0f + 17.0f * i) * fade(inverse, kCells[i]);
  }
  // The two coordinates along the surface, by the axis that it faces most; nearly diagonal walls by columns of space.
  const vi floor_like = vabs(ny) >= 0.7f;
  const vi known = tx * tx + tz * tz > ty * ty;
  const vf across = select(known, vabs(tz), vabs(nx)), sideways = select(known, vabs(tx), vabs(nz));
  const vf limit = cell_hash(vfloor(qx * 0.125f), splat(0.0f), vfloor(qz * 0.125f), 157.0f) * 0.25f + 1.38f;
  const vi faces_x = (across > sideways * limit) & ~floor_like;
  const vf u = select(faces_x, qz, qx), v = select(floor_like, qz, qy);
  // No windows, beams and bricks on ceilings either.
  const vf patterned = one_where(ny > -0.7f) * built;
  const vf grid_fade = fade(inverse, 2.0f) * patterned;
  vf su, cu, sv, cv;
  sincos_turns(u * 0.5f, su, cu);
  sincos_turns(v * 0.5f, sv, cv);
  out[7] = su * grid_fade;
  out[8] = sv * grid_fade;
  out[9] = cu * grid_fade;
  out[10] = cv * grid_fade;
  const vf du = vabs(u * 0.5f - vround(u * 0.5f)) * 2.0f, dv = vabs(v * 0.5f - vround(v * 0.5f)) * 2.0f;
  out[11] = line_coverage(du, 0.05f, footprint) * grid_fade;
  out[12] = line_coverage(dv, 0.05f, footprint) * grid_fade;
  // Bricks of 0.5 m x 0.25 m in running bond.
  const vf rows = v * 4.0f;
  const vf course = vfloor(rows);
  const vf along = u * 2.0f + (course - 2.0f * vfloor(course * 0.5f)) * 0.5f;
  const vf side = vabs(along - vround(along)) * 0.5f, level = vabs(rows - vround(rows)) * 0.25f;
  const vf brick_fade = fade(inverse, 0.25f) * patterned;
  out[13] = line_coverage(vmin(side, level), 0.012f, footprint) * brick_fade;
  out[14] = cell_hash(vfloor(along), course, splat(0.0f), 211.0f) * brick_fade;
}

// Unit Gaussian noise, constant over world cells of about a pixel; `out`: 3 vectors.
inline void anchored_noise(vf px, vf py, vf pz, vf nx, vf ny, vf nz, vf footprint, vf* out) {
  px -= nx * 0.01f;
  py -= ny * 0.01f;
  pz -= nz * 0.01f;
  // The power of two at or above the footprint, from the float's own exponent.
  const vf clamped = vclamp(footprint, 1e-3f, 64.0f);
  const vi bits = as_int(clamped);
  const vi exponent = (bits >> 23) - (((bits & 0x007fffff) != 0));  // the comparison is -1 where true
  const vf inverse = as_float((254 - exponent) << 23);
  const vf cx = vfloor(px * inverse), cy = vfloor(py * inverse), cz = vfloor(pz * inverse);
  vf uniform[4];
  for (int i = 0; i < 4; ++i) uniform[i] = cell_hash(cx, cy, cz, 53.0f + 29.0f * i) * (0.5f * 287.0f / 289.0f) + 0.5f;
  vf s0, c0, s1, c1;
  sincos_turns(uniform[2], s0, c0);
  sincos_turns(uniform[3], s1, c1);
  const vf r0 = vsqrt(-2.0f * vlog(vmax(uniform[0], splat(1e-3f))));
  const vf r1 = vsqrt(-2.0f * vlog(vmax(uniform[1], splat(1e-3f))));
  out[0] = r0 * c0;
  out[1] = r1 * c1;
  out[2] = r0 * s0;
}
