// Tensors of a training step come and go by the hundred. As the C library has it, each larger one is fetched from the system and
// given back, and a third of the processor's time goes into pages being cleared: keep the memory in place of that.

#include <malloc.h>
#include <stdlib.h>

namespace {

__attribute__((constructor)) void keep_memory() {
  const char *const decided[] = {"MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"};
  for (const char *name : decided)
    if (getenv(name)) return;
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

} // namespace
