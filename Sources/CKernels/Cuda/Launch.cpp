#include "Launch.h"

#include "BinaryCache.h"
#include "Driver.h"

#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace likeness::cuda {

namespace {

/// A GPU with the programs that were loaded into libtorch's context there. Both live as long as the process: the driver takes them down
/// before destructors run.
struct Gpu {
  DeviceFacts facts;
  void *context = nullptr;
  std::map<const char *, void *> modules;
  std::map<std::string, void *> functions;
};

std::mutex lock;

Gpu &gpu(int ordinal) {
  static auto &all = *new std::map<int, Gpu>;
  if (auto known = all.find(ordinal); known != all.end()) return known->second;
  const Driver &driver = Driver::get();
  int device = 0, major = 0, minor = 0;
  Gpu fresh;
  driver.check(driver.cuDeviceGet(&device, ordinal), "find the device");
  driver.check(driver.cuDeviceGetAttribute(&major, majorCapability, device), "tell the device's capability");
  driver.check(driver.cuDeviceGetAttribute(&minor, minorCapability, device), "tell the device's capability");
  driver.check(driver.cuDeviceGetAttribute(&fresh.facts.multiprocessors, multiprocessors, device), "count the multiprocessors");
  driver.check(driver.cuDeviceGetAttribute(&fresh.facts.sharedBytes, sharedBytesOptIn, device), "tell the size of shared memory");
  fresh.facts.capability = 10 * major + minor;
  // The primary context is the one that libtorch's runtime uses.
  driver.check(driver.cuDevicePrimaryCtxRetain(&fresh.context, device), "open the device");
  return all.emplace(ordinal, std::move(fresh)).first->second;
}

/// Makes libtorch's context of the device this thread's, which the runtime does only when the thread first calls it.
void enter(const Driver &driver, const Gpu &gpu) {
  void *current = nullptr;
  driver.check(driver.cuCtxGetCurrent(&current), "tell the current context");
  if (current != gpu.context) driver.check(driver.cuCtxSetCurrent(gpu.context), "enter the device");
}

void *function(const Driver &driver, Gpu &gpu, const Program &program, const char *kernel, unsigned sharedBytes) {
  const std::string key = std::string(program.name) + ":" + kernel;
  if (auto known = gpu.functions.find(key); known != gpu.functions.end()) return known->second;
  void *&module = gpu.modules[program.name];
  if (!module) {
    const std::string code = binary(program, Compiler::get().target(gpu.facts.capability));
    driver.check(driver.cuModuleLoadData(&module, code.c_str()), "load the kernels");
  }
  void *found = nullptr;
  driver.check(driver.cuModuleGetFunction(&found, module, kernel), "find a kernel");
  // Blocks get more than 48 KB of shared memory only where it was asked for.
  if (sharedBytes > 0) {
    driver.check(driver.cuFuncSetAttribute(found, mostDynamicSharedBytes, gpu.facts.sharedBytes), "give a kernel its shared memory");
  }
  gpu.functions.emplace(key, found);
  return found;
}

/// libtorch's name for a device without a number is "the current one".
c10::Device numbered(c10::Device device, const c10::impl::VirtualGuardImpl &cuda) {
  return device.is_cuda() && device.has_index() ? device : cuda.getDevice();
}

} // namespace

const DeviceFacts &facts(c10::Device device) {
  const c10::impl::VirtualGuardImpl cuda(c10::DeviceType::CUDA);
  std::lock_guard guard(lock);
  return gpu(numbered(device, cuda).index()).facts;
}

void launch(const Program &program, const char *kernel, const Spread &spread, c10::Device device, const void *parameters) {
  if (spread.blocks == 0) return;
  TORCH_CHECK(spread.blocks <= 0x7fffffff, "CUDA: ", kernel, ": too much work for one launch; use smaller chunks");
  // libtorch's own list of device implementations answers for CUDA, so that no header or library of CUDA is needed here. (A libtorch
  // without CUDA says so and throws.)
  const c10::impl::VirtualGuardImpl cuda(c10::DeviceType::CUDA);
  const c10::Device place = numbered(device, cuda);
  const c10::DeviceGuard here(place);
  void *stream = cuda.getStreamNativeHandle(cuda.getStream(place));

  const Driver &driver = Driver::get();
  void *ready;
  {
    std::lock_guard guard(lock);
    Gpu &chosen = gpu(place.index());
    enter(driver, chosen);
    ready = function(driver, chosen, program, kernel, spread.sharedBytes);
  }
  // The driver copies the argument before it returns.
  void *arguments[] = {const_cast<void *>(parameters)};
  driver.check(driver.cuLaunchKernel(ready, static_cast<unsigned>(spread.blocks), 1, 1, spread.threads, 1, 1, spread.sharedBytes, stream,
                                     arguments, nullptr),
               "start a kernel");
}

} // namespace likeness::cuda
