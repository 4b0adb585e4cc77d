#pragma once
// The kernels' sources, one program for each family of operators.

#include "Compiler.h"

namespace likeness::cuda {

extern const Program gather, composite, march, mlp;

} // namespace likeness::cuda
