#pragma once
// The part of NVIDIA's driver interface that the kernels need. The driver is looked for when a kernel first runs, so that the same
// program starts on machines without it, and nothing of CUDA is needed to build it.

namespace likeness::cuda {

/// The driver's functions, by the names they have in `libcuda.so.1`; handles are opaque there as here.
struct Driver {
  int (*cuInit)(unsigned flags);
  int (*cuDriverGetVersion)(int *version);
  int (*cuDeviceGetCount)(int *count);
  int (*cuDeviceGet)(int *device, int ordinal);
  int (*cuDeviceGetName)(char *name, int length, int device);
  int (*cuDeviceGetAttribute)(int *value, int attribute, int device);
  int (*cuDevicePrimaryCtxRetain)(void **context, int device);
  int (*cuCtxGetCurrent)(void **context);
  int (*cuCtxSetCurrent)(void *context);
  int (*cuModuleLoadData)(void **module, const void *image);
  int (*cuModuleGetFunction)(void **function, void *module, const char *name);
  int (*cuFuncSetAttribute)(void *function, int attribute, int value);
  int (*cuLaunchKernel)(void *function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ,
                        unsigned sharedBytes, void *stream, void **parameters, void **extra);
  int (*cuGetErrorName)(int code, const char **name);
  int (*cuGetErrorString)(int code, const char **text);

  /// The driver of this machine, started. Throws `c10::Error` that says what to install where there is none or it does not start.
  static const Driver &get();
  /// Throws `c10::Error` with the driver's own words if `code` is not success; `what` completes "the GPU's driver could not ...".
  void check(int code, const char *what) const;
};

/// Attributes of devices and functions, by the numbers that the driver's interface fixes.
enum DeviceAttribute { multiprocessors = 16, majorCapability = 75, minorCapability = 76, sharedBytesOptIn = 97 };
enum FunctionAttribute { mostDynamicSharedBytes = 8 };

} // namespace likeness::cuda
