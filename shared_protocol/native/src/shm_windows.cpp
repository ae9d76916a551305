// clang-format off
#include <windows.h>
#include <sddl.h>
// clang-format on

#include <cstring>
#include <vector>

#include "shm.h"

#define RtlGenRandom SystemFunction036
extern "C" BOOLEAN NTAPI RtlGenRandom(PVOID buffer, ULONG length);

namespace lsd {
namespace {

constexpr std::string_view kPrefix = "Local\\";

std::string last_error_number() { return "Windows error " + std::to_string(GetLastError()) + "."; }

// "D:P(A;;GA;;;<sid>)": full access for the current user, nobody else. Null when the token can't be read.
PSECURITY_DESCRIPTOR current_user_only() {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return nullptr;
  DWORD bytes = 0;
  GetTokenInformation(token, TokenUser, nullptr, 0, &bytes);
  std::vector<unsigned char> user(bytes);
  LPSTR sid = nullptr;
  const bool has_sid = GetTokenInformation(token, TokenUser, user.data(), bytes, &bytes) &&
                       ConvertSidToStringSidA(reinterpret_cast<TOKEN_USER*>(user.data())->User.Sid, &sid);
  CloseHandle(token);
  if (!has_sid) return nullptr;
  const std::string text = "D:P(A;;GA;;;" + std::string(sid) + ")";
  LocalFree(sid);
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  ConvertStringSecurityDescriptorToSecurityDescriptorA(text.c_str(), SDDL_REVISION_1, &descriptor, nullptr);
  return descriptor;
}

void touch_pages(std::byte* data, size_t bytes) {
  for (size_t offset = 0; offset < bytes; offset += 4096) (void)*static_cast<volatile std::byte*>(data + offset);
}

}  // namespace

std::unique_ptr<SharedMemory> SharedMemory::create(size_t bytes, std::string* problem) {
  unsigned char random[16];
  PSECURITY_DESCRIPTOR descriptor = current_user_only();
  if (!RtlGenRandom(random, sizeof random) || descriptor == nullptr) {
    if (descriptor != nullptr) LocalFree(descriptor);
    *problem = "A shared-memory segment could not be protected: " + last_error_number();
    return nullptr;
  }
  const std::string name = make_ring_name(kPrefix, GetCurrentProcessId(), random);
  SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), descriptor, FALSE};
  const uint64_t size = bytes;
  HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, &attributes, PAGE_READWRITE, static_cast<DWORD>(size >> 32),
                                      static_cast<DWORD>(size), name.c_str());
  LocalFree(descriptor);
  void* data = section != nullptr ? MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, bytes) : nullptr;
  if (data == nullptr) {
    *problem = "There is no room for " + std::to_string(bytes) + " bytes of shared memory: " + last_error_number();
    if (section != nullptr) CloseHandle(section);
    return nullptr;
  }
  touch_pages(static_cast<std::byte*>(data), bytes);
  return std::unique_ptr<SharedMemory>(new SharedMemory(name, static_cast<std::byte*>(data), bytes, section, true));
}

std::unique_ptr<SharedMemory> SharedMemory::open(const std::string& name, size_t bytes, std::string* problem) {
  if (!is_ring_name(name, kPrefix)) {
    *problem = "The ring's name is not of the form Local\\lsd-<pid>-<32 hex digits>.";
    return nullptr;
  }
  HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, name.c_str());
  void* data = section != nullptr && bytes > 0 ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, bytes) : nullptr;
  if (data == nullptr) {  // a view longer than the section fails too
    *problem = "The daemon's ring could not be mapped: " + last_error_number();
    if (section != nullptr) CloseHandle(section);
    return nullptr;
  }
  return std::unique_ptr<SharedMemory>(new SharedMemory(name, static_cast<std::byte*>(data), bytes, section, false));
}

// The section has its name until the last handle is closed; ours must stay open until the peer has its own.
void SharedMemory::unlink() {
  if (handle_ != nullptr) CloseHandle(handle_);
  handle_ = nullptr;
  is_linked_ = false;
}

SharedMemory::~SharedMemory() {
  unlink();
  UnmapViewOfFile(data_);
}

}  // namespace lsd
