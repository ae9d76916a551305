#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lsd/lsd.h"

namespace lsd {

/// One control of a model, as `welcome` announces it.
struct ControlSpec {
  lsd_control_kind kind = LSD_CONTROL_CHOICE;
  std::string name, help, unit, default_text;
  float minimum = 0, maximum = 0;
  float default_values[4] = {};
  bool has_default = true;
  bool takes_transition = false;
  int64_t default_seed = 0;
  int32_t max_bytes = 0;
  std::vector<std::string> choices;
};

/// Names a shape of shading.
struct ShapeName {
  std::string name;
  int64_t version = 0;
};

struct ModelSpec {
  std::string name;
  std::vector<ControlSpec> controls;
  std::optional<ShapeName> context;  ///< what its contexts are for; nothing: it has none
};

/// The models of the newest `welcome`: set by the I/O thread, read by any.
class Models {
 public:
  void set(std::vector<ModelSpec> models) {
    auto shared = std::make_shared<const std::vector<ModelSpec>>(std::move(models));
    const std::lock_guard lock(mutex_);
    models_ = std::move(shared);
    ++generation_;
  }
  std::shared_ptr<const std::vector<ModelSpec>> get() const {
    const std::lock_guard lock(mutex_);
    return models_;
  }
  int64_t generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<ModelSpec>> models_ = std::make_shared<const std::vector<ModelSpec>>();
  int64_t generation_ = 0;
};

}  // namespace lsd
