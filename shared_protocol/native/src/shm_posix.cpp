#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "shm.h"

namespace lsd {
namespace {

constexpr std::string_view kPrefix = "/";

std::string describe(int error) { return std::generic_category().message(error); }

// A file, because getrandom is younger than the oldest glibc that the Linux library is built for.
bool fill_random(unsigned char (&bytes)[16]) {
  const int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool is_whole = read(fd, bytes, sizeof bytes) == static_cast<ssize_t>(sizeof bytes);
  close(fd);
  return is_whole;
}

// Memory is reserved here: without it a full /dev/shm would be a SIGBUS in the middle of a frame.
int reserve(int fd, size_t bytes) {
  if (ftruncate(fd, static_cast<off_t>(bytes)) != 0) return errno;
#if defined(__linux__)
  int error;
  do {
    error = posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  } while (error == EINTR);
  return error;
#else
  return 0;
#endif
}

std::byte* map(int fd, size_t bytes, int protection) {
  int flags = MAP_SHARED;
#if defined(MAP_POPULATE)
  flags |= MAP_POPULATE;  // else the first frame through each slot pays a page fault for every 4 KiB
#endif
  void* address = mmap(nullptr, bytes, protection, flags, fd, 0);
  return address == MAP_FAILED ? nullptr : static_cast<std::byte*>(address);
}

}  // namespace

std::unique_ptr<SharedMemory> SharedMemory::create(size_t bytes, std::string* problem) {
  unsigned char random[16];
  if (!fill_random(random)) {
    *problem = "The system gives no random bytes: " + describe(errno) + ".";
    return nullptr;
  }
  const std::string name = make_ring_name(kPrefix, getpid(), random);
  const int fd = shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    *problem = "A shared-memory segment could not be made: " + describe(errno) + ".";
    return nullptr;
  }
  const int error = reserve(fd, bytes);
  std::byte* data = error == 0 ? map(fd, bytes, PROT_READ | PROT_WRITE) : nullptr;
  const int map_error = errno;
  close(fd);
  if (data == nullptr) {
    shm_unlink(name.c_str());
    *problem = "There is no room for " + std::to_string(bytes) +
               " bytes of shared memory: " + describe(error != 0 ? error : map_error) + ".";
    return nullptr;
  }
  return std::unique_ptr<SharedMemory>(new SharedMemory(name, data, bytes, nullptr, true));
}

std::unique_ptr<SharedMemory> SharedMemory::open(const std::string& name, size_t bytes, std::string* problem) {
  if (!is_ring_name(name, kPrefix)) {
    *problem = "The ring's name is not of the form /lsd-<pid>-<32 hex digits>.";
    return nullptr;
  }
  const int fd = shm_open(name.c_str(), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) {
    *problem = "The daemon's ring could not be opened: " + describe(errno) + ".";
    return nullptr;
  }
  struct stat status {};
  const bool is_long_enough =
      fstat(fd, &status) == 0 && status.st_size > 0 && static_cast<uint64_t>(status.st_size) >= bytes;
  std::byte* data = is_long_enough && bytes > 0 ? map(fd, bytes, PROT_READ) : nullptr;
  close(fd);
  shm_unlink(name.c_str());
  if (data == nullptr) {
    *problem = is_long_enough ? "The daemon's ring could not be mapped." : "The daemon's ring is shorter than it says.";
    return nullptr;
  }
  return std::unique_ptr<SharedMemory>(new SharedMemory(name, data, bytes, nullptr, false));
}

void SharedMemory::unlink() {
  if (is_linked_) shm_unlink(name_.c_str());
  is_linked_ = false;
}

SharedMemory::~SharedMemory() {
  unlink();
  munmap(data_, bytes_);
}

}  // namespace lsd
