#pragma once
/// Our own operators register themselves with libtorch as `likeness::*` when the tool starts; Swift calls them by name.

#include "Watermark.h"

#include <stdint.h>

#pragma clang assume_nonnull begin
#ifdef __cplusplus
extern "C" {
#endif

/// Why the last of the calls below on this thread that reported failure failed.
const char *ck_cuda_error(void);
/// The NVIDIA driver and its GPUs in a line, valid until the next call on this thread; null if there is no driver.
const char *_Nullable ck_cuda_driver(void);
/// The kernel compiler in a line, likewise; null if there is none.
const char *_Nullable ck_cuda_compiler(void);
/// The folder of compiled kernels, likewise; empty if there is none.
const char *_Nullable ck_cuda_cache(void);
/// How many sources of kernels there are, and their names.
int32_t ck_cuda_programs(void);
const char *ck_cuda_program(int32_t index);
/// Compiles a source for `target` ("sm_90"), past the cache; returns the size of the code in bytes, -1 if it failed.
int64_t ck_cuda_compile(int32_t index, const char *target);

#ifdef __cplusplus
}
#endif
#pragma clang assume_nonnull end
