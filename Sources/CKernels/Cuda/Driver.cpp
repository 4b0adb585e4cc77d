#include "Driver.h"

#include <c10/util/Exception.h>

#include <dlfcn.h>

namespace likeness::cuda {

namespace {

Driver load() {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *reason = dlerror();
    TORCH_CHECK(false, "CUDA: there is no NVIDIA driver (", reason ? reason : "libcuda.so.1 is missing",
                "); install the driver of the GPU, or use --device cpu");
  }
  Driver driver{};
  const auto find = [&](const char *name, auto &function) {
    void *symbol = dlsym(library, name);
    TORCH_CHECK(symbol, "CUDA: the NVIDIA driver is too old: it has no ", name, "; install a newer one, or use --device cpu");
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
  };
#define FIND(name) find(#name, driver.name)
  FIND(cuInit);
  FIND(cuDriverGetVersion);
  FIND(cuDeviceGetCount);
  FIND(cuDeviceGet);
  FIND(cuDeviceGetName);
  FIND(cuDeviceGetAttribute);
  FIND(cuDevicePrimaryCtxRetain);
  FIND(cuCtxGetCurrent);
  FIND(cuCtxSetCurrent);
  FIND(cuModuleLoadData);
  FIND(cuModuleGetFunction);
  FIND(cuFuncSetAttribute);
  FIND(cuLaunchKernel);
  FIND(cuGetErrorName);
  FIND(cuGetErrorString);
#undef FIND
  driver.check(driver.cuInit(0), "start; is there a GPU, and does nvidia-smi show it?");
  return driver;
}

} // namespace

const Driver &Driver::get() {
  // What throws here is tried again by the next call.
  static const Driver driver = load();
  return driver;
}

void Driver::check(int code, const char *what) const {
  if (code == 0) return;
  const char *name = nullptr, *text = nullptr;
  cuGetErrorName(code, &name);
  cuGetErrorString(code, &text);
  TORCH_CHECK(false, "CUDA: the GPU's driver could not ", what, " (", name ? name : "error", " ", code, ": ", text ? text : "no text", ")");
}

} // namespace likeness::cuda
