#include "error.h"

#include <algorithm>
#include <cstring>

namespace lsd {
namespace {

// A plain array: a thread-local std::string would register a destructor that outlives the library when an editor
// unloads it.
thread_local char t_last_error[512];

}  // namespace

void clear_last_error() { t_last_error[0] = '\0'; }

const char* last_error() { return t_last_error; }

lsd_status fail(lsd_status status, std::string_view sentence) {
  const size_t length = std::min(sentence.size(), sizeof t_last_error - 1);
  std::memcpy(t_last_error, sentence.data(), length);
  t_last_error[length] = '\0';
  return status;
}

}  // namespace lsd
