#include "memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "counters.h"

namespace stand_in {
namespace {

struct Allocation {
  std::shared_ptr<SharedBlock> block;  ///< null: freed
  size_t bytes = 0;
  bool is_opened = false;  ///< another process's
  int opened = 0;          ///< times
  uint64_t inode = 0;
  size_t offset = 0;                                   ///< in the block
  std::shared_ptr<std::atomic<int>> mapped = nullptr;  ///< of foreign memory
};

std::mutex mutex;
std::map<CUdeviceptr, Allocation> allocations;

constexpr size_t kPage = 4096;
size_t whole_pages(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

uint64_t inode_of(int file) {
  struct stat status {};
  return fstat(file, &status) == 0 ? status.st_ino : 0;
}

/// The allocation that an address lies in, freed ones included.
std::map<CUdeviceptr, Allocation>::iterator find(CUdeviceptr address) {
  auto after = allocations.upper_bound(address);
  if (after == allocations.begin()) return allocations.end();
  const auto found = std::prev(after);
  return address < found->first + whole_pages(found->second.bytes) ? found : allocations.end();
}

CUresult reserve_part(std::shared_ptr<SharedBlock> block, size_t offset, size_t bytes, bool is_opened,
                      std::shared_ptr<std::atomic<int>> mapped, CUdeviceptr* out);

CUresult reserve(std::shared_ptr<SharedBlock> block, bool is_opened, CUdeviceptr* out) {
  const size_t bytes = block->bytes();
  return reserve_part(std::move(block), 0, bytes, is_opened, nullptr, out);
}

CUresult reserve_part(std::shared_ptr<SharedBlock> block, size_t offset, size_t bytes, bool is_opened,
                      std::shared_ptr<std::atomic<int>> mapped, CUdeviceptr* out) {
  void* address = mmap(nullptr, whole_pages(bytes), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) return CUDA_ERROR_OUT_OF_MEMORY;
  *out = reinterpret_cast<CUdeviceptr>(address);
  const uint64_t inode = block->handle("").inode;
  const std::lock_guard lock(mutex);
  allocations[*out] = {std::move(block), bytes, is_opened, 1, inode, offset, std::move(mapped)};
  return CUDA_SUCCESS;
}

View fault(CUdeviceptr address, size_t bytes, const char* what) {
  ++counters().faults;
  std::fprintf(stderr, "libcuda stand-in: %zu bytes at 0x%llx are %s\n", bytes, address, what);
  return {};
}

}  // namespace

std::shared_ptr<SharedBlock> SharedBlock::create(size_t bytes) {
  const int file = memfd_create("libcuda-stand-in", MFD_CLOEXEC);
  if (file < 0) return nullptr;
  void* host = MAP_FAILED;
  if (ftruncate(file, static_cast<off_t>(bytes)) == 0) {
    host = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  if (host != MAP_FAILED) return std::shared_ptr<SharedBlock>(new SharedBlock(file, static_cast<char*>(host), bytes));
  close(file);
  return nullptr;
}

std::shared_ptr<SharedBlock> SharedBlock::open(const SharedHandle& handle, const char* kind, CUresult* why) {
  *why = CUDA_ERROR_INVALID_HANDLE;
  if (std::strncmp(handle.kind, kind, sizeof handle.kind) != 0 || handle.bytes == 0) return nullptr;
  if (handle.pid == getpid()) {  // the driver refuses it, too
    *why = CUDA_ERROR_INVALID_CONTEXT;
    return nullptr;
  }
  *why = CUDA_ERROR_MAP_FAILED;
  const std::string path = "/proc/" + std::to_string(handle.pid) + "/fd/" + std::to_string(handle.file);
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return nullptr;
  struct stat status {};
  if (fstat(file, &status) == 0 && status.st_ino == handle.inode &&
      static_cast<uint64_t>(status.st_size) >= handle.bytes) {
    void* host = mmap(nullptr, handle.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (host != MAP_FAILED) {
      return std::shared_ptr<SharedBlock>(new SharedBlock(file, static_cast<char*>(host), handle.bytes));
    }
  }
  close(file);
  return nullptr;
}

std::shared_ptr<SharedBlock> SharedBlock::adopt(int file, size_t bytes) {
  char name[64] = {};
  struct stat status {};
  if (readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), name, sizeof name - 1) < 0 ||
      fstat(file, &status) != 0 || std::strncmp(name, "/memfd:", 7) != 0) {
    return nullptr;
  }
  const size_t header = std::strncmp(name, "/memfd:llvmpipe memory fd", 25) == 0 ? kPage : 0;
  if (static_cast<size_t>(status.st_size) < header || bytes > static_cast<size_t>(status.st_size) - header)
    return nullptr;
  void* host = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, static_cast<off_t>(header));
  if (host == MAP_FAILED) return nullptr;
  // The driver has it now: whoever uses this descriptor again finds it closed.
  const int own = fcntl(file, F_DUPFD_CLOEXEC, 0);
  ::close(file);
  return std::shared_ptr<SharedBlock>(new SharedBlock(own, static_cast<char*>(host), bytes));
}

SharedBlock::~SharedBlock() {
  munmap(host_, bytes_);
  close(file_);
}

SharedHandle SharedBlock::handle(const char* kind) const {
  SharedHandle handle{};
  std::snprintf(handle.kind, sizeof handle.kind, "%s", kind);
  handle.pid = getpid();
  handle.file = file_;
  handle.inode = inode_of(file_);
  handle.bytes = bytes_;
  return handle;
}

size_t total_bytes() {
  const char* text = std::getenv("LIBCUDA_STAND_IN_MEMORY_MB");
  return (text != nullptr ? static_cast<size_t>(std::atol(text)) : size_t{8192}) << 20;
}

CUresult allocate(size_t bytes, CUdeviceptr* out) {
  if (bytes == 0 || out == nullptr) return CUDA_ERROR_INVALID_VALUE;
  if (counters().bytes + bytes > total_bytes()) return CUDA_ERROR_OUT_OF_MEMORY;
  auto block = SharedBlock::create(bytes);
  if (block == nullptr) return CUDA_ERROR_OUT_OF_MEMORY;
  const CUresult result = reserve(std::move(block), false, out);
  if (result != CUDA_SUCCESS) return result;
  ++counters().allocations;
  counters().bytes += bytes;
  return CUDA_SUCCESS;
}

CUresult free_memory(CUdeviceptr address) {
  const std::lock_guard lock(mutex);
  const auto found = allocations.find(address);
  if (found == allocations.end() || found->second.block == nullptr || found->second.is_opened) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  // The driver would wait for work that uses it. Not to wait shows that somebody relied on that.
  found->second.block.reset();
  if (found->second.mapped != nullptr) {
    --*found->second.mapped;
    --counters().mapped;
    return CUDA_SUCCESS;
  }
  --counters().allocations;
  counters().bytes -= found->second.bytes;
  return CUDA_SUCCESS;
}

CUresult export_memory(CUdeviceptr address, CUipcMemHandle* out) {
  const std::lock_guard lock(mutex);
  const auto found = find(address);
  if (out == nullptr || found == allocations.end() || found->second.block == nullptr || found->second.is_opened ||
      found->second.mapped != nullptr) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  *out = {};
  const SharedHandle handle = found->second.block->handle("memory");
  std::memcpy(out->reserved, &handle, sizeof handle);
  return CUDA_SUCCESS;
}

CUresult open_memory(const CUipcMemHandle& handle, CUdeviceptr* out) {
  SharedHandle shared;
  std::memcpy(&shared, handle.reserved, sizeof shared);
  {
    const std::lock_guard lock(mutex);
    for (auto& [address, allocation] : allocations) {
      if (!allocation.is_opened || allocation.block == nullptr || allocation.inode != shared.inode) continue;
      ++allocation.opened;
      *out = address;
      return CUDA_SUCCESS;
    }
  }
  CUresult why = CUDA_SUCCESS;
  auto block = SharedBlock::open(shared, "memory", &why);
  if (block == nullptr) return why;
  const CUresult result = reserve(std::move(block), true, out);
  if (result == CUDA_SUCCESS) ++counters().opened_memory;
  return result;
}

CUresult close_memory(CUdeviceptr address) {
  const std::lock_guard lock(mutex);
  const auto found = allocations.find(address);
  if (found == allocations.end() || found->second.block == nullptr || !found->second.is_opened) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (--found->second.opened > 0) return CUDA_SUCCESS;
  found->second.block.reset();
  --counters().opened_memory;
  return CUDA_SUCCESS;
}

bool is_device_address(CUdeviceptr address) {
  const std::lock_guard lock(mutex);
  const auto found = find(address);
  return found != allocations.end() && found->second.block != nullptr;
}

CUresult range_of(CUdeviceptr address, CUdeviceptr* base, size_t* bytes) {
  const std::lock_guard lock(mutex);
  const auto found = find(address);
  if (found == allocations.end() || found->second.block == nullptr) return CUDA_ERROR_NOT_FOUND;
  if (base != nullptr) *base = found->first;
  if (bytes != nullptr) *bytes = found->second.bytes;
  return CUDA_SUCCESS;
}

View view(CUdeviceptr address, size_t bytes) {
  const std::lock_guard lock(mutex);
  const auto found = find(address);
  if (found == allocations.end()) return fault(address, bytes, "no memory of this device");
  if (found->second.block == nullptr) return fault(address, bytes, "in memory that was freed");
  const size_t offset = address - found->first;
  if (offset > found->second.bytes || bytes > found->second.bytes - offset) {
    return fault(address, bytes, "not all inside their allocation");
  }
  return {found->second.block, found->second.block->host() + found->second.offset + offset};
}

CUresult map_external(std::shared_ptr<SharedBlock> block, size_t offset, size_t bytes,
                      std::shared_ptr<std::atomic<int>> mapped, CUdeviceptr* out) {
  const CUresult result = reserve_part(std::move(block), offset, bytes, false, mapped, out);
  if (result != CUDA_SUCCESS) return result;
  ++*mapped;
  ++counters().mapped;
  return CUDA_SUCCESS;
}

void rule_broken(const char* what) {
  ++counters().faults;
  std::fprintf(stderr, "libcuda stand-in: %s\n", what);
}

}  // namespace stand_in
