#pragma once

#include <string_view>

#include "lsd/lsd.h"

namespace lsd {

void clear_last_error();
const char* last_error();

/// Keeps the sentence for lsd_last_error and passes `status` through, so that a check is one line.
lsd_status fail(lsd_status status, std::string_view sentence);

}  // namespace lsd
