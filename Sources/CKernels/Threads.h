#pragma once
// Gives at::parallel_for libtorch's threads; every file of this target includes it first (see Package.swift).
//
// libtorch's header shares loops out only if the compiler's own OpenMP is on; else they silently run on one thread. Clang's OpenMP would
// bring a second set of threads beside those of libtorch, which come from GNU's. So the loops are given to GNU's library itself, by its
// own interface, which the other implementations offer too.

#include <ATen/Config.h>

#if AT_PARALLEL_OPENMP && !defined(_OPENMP)
#define INTRA_OP_PARALLEL
#include <cstdint>

namespace at::internal {
template <typename F> void invoke_parallel(int64_t begin, int64_t end, int64_t grain, const F &body);
}

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <exception>

namespace likeness {

/// What is used of the OpenMP library that libtorch brought into the program.
struct OpenMP {
  void (*parallel)(void (*body)(void *), void *context, unsigned threads, unsigned flags);
  int (*thread)();
  int (*threads)();

  static const OpenMP &loaded() {
    static const OpenMP found = [] {
      OpenMP all{};
      all.parallel = reinterpret_cast<decltype(all.parallel)>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
      all.thread = reinterpret_cast<decltype(all.thread)>(dlsym(RTLD_DEFAULT, "omp_get_thread_num"));
      all.threads = reinterpret_cast<decltype(all.threads)>(dlsym(RTLD_DEFAULT, "omp_get_num_threads"));
      return all;
    }();
    return found;
  }
  explicit operator bool() const { return parallel && thread && threads; }
};

} // namespace likeness

/// As libtorch's: a run of the range for each thread, none shorter than `grain` but the last; the first exception is thrown again.
template <typename F> void at::internal::invoke_parallel(int64_t begin, int64_t end, int64_t grain, const F &body) {
  const auto &library = likeness::OpenMP::loaded();
  if (!library) return body(begin, end);
  struct Work {
    int64_t begin, end, grain;
    const F &body;
    const likeness::OpenMP &library;
    std::atomic_flag failed = ATOMIC_FLAG_INIT;
    std::exception_ptr failure;
  } work{begin, end, grain, body, library};
  library.parallel(
      [](void *context) {
        Work &work = *static_cast<Work *>(context);
        const int64_t count = work.end - work.begin, thread = work.library.thread();
        const int64_t threads = std::min<int64_t>(work.library.threads(), at::divup(count, std::max<int64_t>(work.grain, 1)));
        const int64_t share = at::divup(count, threads), first = work.begin + thread * share;
        if (first >= work.end) return;
        try {
          at::internal::ThreadIdGuard guard(static_cast<int>(thread));
          work.body(first, std::min(work.end, first + share));
        } catch (...) {
          if (!work.failed.test_and_set()) work.failure = std::current_exception();
        }
      },
      &work, 0, 0);
  if (work.failure) std::rethrow_exception(work.failure);
}
#endif
