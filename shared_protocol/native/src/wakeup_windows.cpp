#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdexcept>

#include "wakeup.h"

namespace lsd {
namespace {

[[noreturn]] void fail_wakeup() {
  throw std::runtime_error("No loopback socket could be made for the I/O thread; check the firewall of this machine.");
}

}  // namespace

// zmq_poll takes sockets only on Windows, so the signal is a datagram from a loopback UDP socket to itself.
Wakeup::Wakeup() {
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) fail_wakeup();
  read_fd_ = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int length = sizeof address;
  u_long nonblocking = 1;
  if (read_fd_ == INVALID_SOCKET || bind(read_fd_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      getsockname(read_fd_, reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      connect(read_fd_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ioctlsocket(read_fd_, FIONBIO, &nonblocking) != 0) {
    if (read_fd_ != INVALID_SOCKET) closesocket(read_fd_);
    WSACleanup();
    fail_wakeup();
  }
  write_fd_ = read_fd_;
}

Wakeup::~Wakeup() {
  closesocket(read_fd_);
  WSACleanup();
}

void Wakeup::signal() noexcept {
  const char one = 1;
  send(write_fd_, &one, 1, 0);
}

void Wakeup::clear() noexcept {
  char buffer[64];
  while (recv(read_fd_, buffer, sizeof buffer, 0) > 0) {
  }
}

}  // namespace lsd
