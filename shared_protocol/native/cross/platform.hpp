// What libzmq's own configuration would find out, for the three systems that tools/build_native_all.py builds for.
#ifndef LSD_ZMQ_PLATFORM_HPP
#define LSD_ZMQ_PLATFORM_HPP

#define ZMQ_CACHELINE_SIZE 64
#define ZMQ_HAVE_CURVE 1
#define ZMQ_USE_TWEETNACL 1
#define ZMQ_USE_CV_IMPL_STL11 1
#define HAVE_STRNLEN 1

#if defined(_WIN32)

#define ZMQ_HAVE_WINDOWS 1
#define ZMQ_HAVE_MINGW32 1
#define ZMQ_IOTHREAD_POLLER_USE_EPOLL 1  // wepoll; select would stop at 64 sockets
#define ZMQ_POLL_BASED_ON_SELECT 1

#else

#define ZMQ_HAVE_IPC 1
#define ZMQ_HAVE_UIO 1
#define ZMQ_HAVE_IFADDRS 1
#define ZMQ_HAVE_O_CLOEXEC 1
#define ZMQ_HAVE_SO_KEEPALIVE 1
#define ZMQ_HAVE_TCP_KEEPALIVE 1
#define ZMQ_HAVE_TCP_KEEPCNT 1
#define ZMQ_HAVE_TCP_KEEPINTVL 1
#define ZMQ_POLL_BASED_ON_POLL 1
#define HAVE_CLOCK_GETTIME 1
#define HAVE_FORK 1
#define HAVE_MKDTEMP 1
#define HAVE_POSIX_MEMALIGN 1
#define HAVE_IF_NAMETOINDEX 1

#if defined(__APPLE__)
#define ZMQ_HAVE_OSX 1
#define ZMQ_HAVE_STRLCPY 1
#define ZMQ_HAVE_PTHREAD_SETNAME_1 1
#define ZMQ_IOTHREAD_POLLER_USE_KQUEUE 1
#else
#define ZMQ_HAVE_LINUX 1
#define ZMQ_HAVE_EVENTFD 1
#define ZMQ_HAVE_EVENTFD_CLOEXEC 1
#define ZMQ_HAVE_SOCK_CLOEXEC 1
#define ZMQ_HAVE_TCP_KEEPIDLE 1
#define ZMQ_HAVE_PTHREAD_SETNAME_2 1
#define ZMQ_IOTHREAD_POLLER_USE_EPOLL 1
#define ZMQ_IOTHREAD_POLLER_USE_EPOLL_CLOEXEC 1
#endif

#endif
#endif
