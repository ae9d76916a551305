#include "counters.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <string>

namespace stand_in {
namespace {

Counters* open_counters() {
  const char* folder = std::getenv("LIBCUDA_STAND_IN_COUNTERS");
  if (folder == nullptr) return new Counters;
  const std::string path = std::string(folder) + "/" + std::to_string(getpid());
  const int file = open(path.c_str(), O_RDWR | O_CREAT, 0600);
  if (file < 0 || ftruncate(file, sizeof(Counters)) != 0) return new Counters;
  void* memory = mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return memory == MAP_FAILED ? new Counters : new (memory) Counters;
}

}  // namespace

Counters& counters() {
  static Counters* const all = open_counters();
  return *all;
}

}  // namespace stand_in
