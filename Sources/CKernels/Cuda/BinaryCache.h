#pragma once
// Compiled kernels are kept on the disk, since compiling them takes seconds.

#include "Compiler.h"

namespace likeness::cuda {

/// The folder of compiled kernels, `$XDG_CACHE_HOME/likeness/cuda` or `~/.cache/likeness/cuda`; empty where neither is set.
std::string cache_folder();

/// The program compiled for `target`: from the cache, otherwise compiled and put there. What cannot be written is compiled anew each
/// time, what was damaged is compiled again; throws what `Compiler::compile` throws.
std::string binary(const Program &program, const std::string &target);

} // namespace likeness::cuda
