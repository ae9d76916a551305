#include "client.h"

#if !defined(_WIN32)
#include <pthread.h>
#include <signal.h>
#endif

namespace lsd {
namespace {

// The engine's and Mono's signals are for their own threads; a new thread inherits the mask.
class SignalsBlocked {
 public:
#if defined(_WIN32)
  SignalsBlocked() {}
#else
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) sigdelset(&all, fault);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
#endif
};

}  // namespace

Client::Client(ClientConfig config)
    : status_(std::make_shared<ClientStatus>()),
      wakeup_(std::make_shared<Wakeup>()),
      session_(std::make_unique<Session>(std::move(config.connection), std::move(config.hello),
                                         Log(config.log, config.log_user), status_, wakeup_)) {
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { run(); });
}

Client::~Client() {
  stop_ = true;
  wakeup_->signal();
  thread_.join();
}

void Client::run() {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), "lsd-io");
#endif
  // Only memory can run out here; then the client stands still and says so, and the engine goes on.
  try {
    session_->run(stop_, requests_);
  } catch (const std::exception& error) {
    status_->state = LSD_CLIENT_REFUSED;
    status_->last_error.set(std::string("The I/O thread stopped: ") + error.what() + ".");
  }
}

std::shared_ptr<Stream> Client::open_stream(StreamConfig config) {
  auto stream = std::make_shared<Stream>(std::move(config), status_, wakeup_);
  requests_.add(stream);
  wakeup_->signal();
  return stream;
}

void Client::close_stream(const std::shared_ptr<Stream>& stream) {
  stream->set_state(LSD_STREAM_CLOSED);
  requests_.remove(stream);
  wakeup_->signal();
}

}  // namespace lsd
