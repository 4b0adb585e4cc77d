// The sources of the kernels, inside the program: they are compiled where it runs.

#include "Compiler.h"
#include "Programs.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

namespace likeness::cuda {

namespace {
constexpr char preludeText[] = {
#embed "Kernels/Prelude.h"
    , 0};
constexpr char gatherText[] = {
#embed "Kernels/Gather.h"
    , 0};
constexpr char compositeText[] = {
#embed "Kernels/Composite.h"
    , 0};
constexpr char marchText[] = {
#embed "Kernels/March.h"
    , 0};
constexpr char mlpText[] = {
#embed "Kernels/Mlp.h"
    , 0};
} // namespace

const Program prelude = {"Prelude.h", preludeText};
const Program gather = {"Gather.h", gatherText};
const Program composite = {"Composite.h", compositeText};
const Program march = {"March.h", marchText, "--fmad=false"};
const Program mlp = {"Mlp.h", mlpText};

const std::vector<Program> &programs() {
  static const std::vector<Program> all = {gather, composite, march, mlp};
  return all;
}

} // namespace likeness::cuda
