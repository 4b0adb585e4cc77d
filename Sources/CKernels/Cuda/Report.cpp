// What the rest of the program may ask about CUDA: what there is, and whether the kernels compile.

#include "../include/CKernels.h"

#include "BinaryCache.h"
#include "Driver.h"

#include <c10/util/Exception.h>

#include <string>

namespace {

thread_local std::string error, text;

/// Runs `body`, turning whatever it throws into `error` and `failed`: a C++ exception must never reach Swift.
template <class R, class F> R protect(R failed, F body) noexcept {
  try {
    return body();
  } catch (const c10::Error &e) {
    error = e.what_without_backtrace();
  } catch (const std::exception &e) {
    error = e.what();
  } catch (...) {
    error = "unknown C++ exception";
  }
  return failed;
}

template <class F> const char *tell(F body) {
  return protect(static_cast<const char *>(nullptr), [&] {
    text = body();
    return text.c_str();
  });
}

} // namespace

using namespace likeness::cuda;

const char *ck_cuda_error(void) { return error.c_str(); }

const char *ck_cuda_driver(void) {
  return tell([] {
    const Driver &driver = Driver::get();
    int version = 0, count = 0;
    driver.check(driver.cuDriverGetVersion(&version), "tell its version");
    driver.check(driver.cuDeviceGetCount(&count), "count the devices");
    std::string all = "CUDA " + std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
    for (int i = 0; i < count; ++i) {
      int device = 0, major = 0, minor = 0;
      char name[256] = "";
      driver.check(driver.cuDeviceGet(&device, i), "find the device");
      driver.check(driver.cuDeviceGetName(name, sizeof name, device), "tell the device's name");
      driver.check(driver.cuDeviceGetAttribute(&major, majorCapability, device), "tell the device's capability");
      driver.check(driver.cuDeviceGetAttribute(&minor, minorCapability, device), "tell the device's capability");
      all += (i == 0 ? ": " : ", ") + std::string(name) + " (" + std::to_string(major) + "." + std::to_string(minor) + ")";
    }
    return count > 0 ? all : all + ", no GPU";
  });
}

const char *ck_cuda_compiler(void) {
  return tell([] { return "NVRTC " + Compiler::get().version() + ", " + Compiler::get().path(); });
}

const char *ck_cuda_cache(void) { return tell(cache_folder); }

int32_t ck_cuda_programs(void) { return static_cast<int32_t>(programs().size()); }
const char *ck_cuda_program(int32_t index) { return programs().at(index).name; }
int64_t ck_cuda_compile(int32_t index, const char *target) {
  return protect(int64_t(-1), [&] { return static_cast<int64_t>(Compiler::get().compile(programs().at(index), target).size()); });
}
