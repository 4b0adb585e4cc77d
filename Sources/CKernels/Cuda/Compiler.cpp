#include "Compiler.h"

#include "../Environment.h"

#include <c10/util/Exception.h>

#include <dlfcn.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <regex>

namespace likeness::cuda {

namespace files = std::filesystem;

/// The compiler's functions, by the names they have in the library.
struct Compiler::Functions {
  int (*nvrtcVersion)(int *major, int *minor);
  int (*nvrtcGetNumSupportedArchs)(int *count);
  int (*nvrtcGetSupportedArchs)(int *capabilities);
  int (*nvrtcCreateProgram)(void **program, const char *source, const char *name, int headers, const char *const *texts,
                            const char *const *names);
  int (*nvrtcDestroyProgram)(void **program);
  int (*nvrtcCompileProgram)(void *program, int options, const char *const *option);
  int (*nvrtcGetPTXSize)(void *program, size_t *size);
  int (*nvrtcGetPTX)(void *program, char *text);
  int (*nvrtcGetCUBINSize)(void *program, size_t *size);
  int (*nvrtcGetCUBIN)(void *program, char *code);
  int (*nvrtcGetProgramLogSize)(void *program, size_t *size);
  int (*nvrtcGetProgramLog)(void *program, char *text);
  const char *(*nvrtcGetErrorString)(int code);

  void check(int code, const char *what) const {
    TORCH_CHECK(code == 0, "CUDA: the kernel compiler (NVRTC) could not ", what, ": ", nvrtcGetErrorString(code));
  }
};

namespace {

/// The files of a library in a folder, newest version first. Builds of libtorch carry the compiler as libnvrtc-1a2b3c4d.so.12 too.
std::vector<std::string> libraries(const files::path &folder, const std::string &name = "libnvrtc(-[0-9a-f]{8})?") {
  const std::regex pattern(name + R"(\.so(\.([0-9]+)[0-9.]*)?)");
  std::vector<std::pair<int, std::string>> found;
  std::error_code ignored;
  for (const auto &entry : files::directory_iterator(folder, ignored)) {
    std::smatch match;
    const std::string file = entry.path().filename();
    if (!std::regex_match(file, match, pattern)) continue;
    const auto version = match[match.size() - 1];
    found.emplace_back(version.matched ? std::stoi(version) : 0, entry.path());
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> paths;
  for (auto &[version, path] : found) paths.push_back(path);
  return paths;
}

/// The folder of libtorch's libraries.
files::path libtorch() {
  void *handle = dlopen("libtorch_cpu.so", RTLD_LAZY | RTLD_NOLOAD);
  char folder[PATH_MAX] = "";
  if (handle && dlinfo(handle, RTLD_DI_ORIGIN, folder) != 0) folder[0] = 0;
  if (handle) dlclose(handle);
  return folder;
}

struct Opened {
  void *handle;
  std::string path;
};

Opened open() {
  std::string tried;
  const auto attempt = [&](const std::string &path) {
    // The compiler opens its second half by name alone, and finds it where it is loaded already.
    const files::path folder = files::path(path).parent_path();
    if (!folder.empty())
      for (const auto &half : libraries(folder, "libnvrtc-builtins")) dlopen(half.c_str(), RTLD_NOW | RTLD_GLOBAL);
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      const char *reason = dlerror();
      tried += std::string(tried.empty() ? "" : "; ") + (reason ? reason : path.c_str());
    }
    return handle;
  };
  if (const auto wish = environment::nvrtc(); !wish.empty()) {
    std::error_code ignored;
    const auto found = files::is_directory(wish, ignored) ? libraries(wish) : std::vector<std::string>{wish};
    for (const auto &path : found)
      if (void *handle = attempt(path)) return {handle, path};
    TORCH_CHECK(false, "CUDA: LIKENESS_NVRTC is ", wish, ", where there is no libnvrtc that can be loaded",
                tried.empty() ? "" : " (" + tried + ")", "; point it to a libnvrtc.so.13 or its folder, or unset it");
  }
  const files::path lib = libtorch(), wheels = lib.parent_path().parent_path() / "nvidia";
  for (const auto &folder : {lib, wheels / "cu13" / "lib", wheels / "cuda_nvrtc" / "lib"})
    for (const auto &path : libraries(folder))
      if (void *handle = attempt(path)) return {handle, path};
  for (const char *name : {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"})
    if (void *handle = attempt(name)) return {handle, name};
  TORCH_CHECK(false, "CUDA: the kernel compiler libnvrtc was found neither beside libtorch (", lib.string(), ") nor in ", wheels.string(),
              " nor by the system's loader; use a libtorch with CUDA, or unpack the wheel nvidia-cuda-nvrtc and set LIKENESS_NVRTC to its "
              "folder with libnvrtc.so.13");
}

} // namespace

Compiler::Compiler() {
  const Opened library = open();
  auto *functions = new Functions{};
  const auto find = [&](const char *name, auto &function) {
    void *symbol = dlsym(library.handle, name);
    TORCH_CHECK(symbol, "CUDA: ", library.path, " has no ", name, "; install NVRTC 11.2 or newer");
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(symbol);
  };
#define FIND(name) find(#name, functions->name)
  FIND(nvrtcGetErrorString);
  FIND(nvrtcVersion);
  FIND(nvrtcGetNumSupportedArchs);
  FIND(nvrtcGetSupportedArchs);
  FIND(nvrtcCreateProgram);
  FIND(nvrtcDestroyProgram);
  FIND(nvrtcCompileProgram);
  FIND(nvrtcGetPTXSize);
  FIND(nvrtcGetPTX);
  FIND(nvrtcGetCUBINSize);
  FIND(nvrtcGetCUBIN);
  FIND(nvrtcGetProgramLogSize);
  FIND(nvrtcGetProgramLog);
#undef FIND
  int major = 0, minor = 0, count = 0;
  functions->check(functions->nvrtcVersion(&major, &minor), "tell its version");
  functions->check(functions->nvrtcGetNumSupportedArchs(&count), "tell what it compiles for");
  capabilities_.resize(count);
  functions->check(functions->nvrtcGetSupportedArchs(capabilities_.data()), "tell what it compiles for");
  std::sort(capabilities_.begin(), capabilities_.end());
  version_ = std::to_string(major) + "." + std::to_string(minor);
  Dl_info info{};
  dladdr(reinterpret_cast<void *>(functions->nvrtcVersion), &info);
  path_ = info.dli_fname ? info.dli_fname : library.path;
  functions_ = functions;
}

const Compiler &Compiler::get() {
  static const Compiler compiler;
  return compiler;
}

std::string Compiler::target(int capability) const {
  TORCH_CHECK(!capabilities_.empty() && capability >= capabilities_.front(), "CUDA: NVRTC ", version_,
              " does not compile for GPUs of compute capability ", capability / 10, ".", capability % 10,
              "; use an older NVRTC with its libtorch, or --device cpu");
  if (std::binary_search(capabilities_.begin(), capabilities_.end(), capability)) return "sm_" + std::to_string(capability);
  const auto above = std::upper_bound(capabilities_.begin(), capabilities_.end(), capability);
  return "compute_" + std::to_string(*std::prev(above));
}

std::string Compiler::compile(const Program &program, const std::string &target) const {
  const Functions &nvrtc = *functions_;
  void *work = nullptr;
  const char *texts[] = {prelude.source}, *names[] = {prelude.name};
  nvrtc.check(nvrtc.nvrtcCreateProgram(&work, program.source, program.name, 1, texts, names), "take a source");
  struct End {
    const Functions &nvrtc;
    void **work;
    ~End() { nvrtc.nvrtcDestroyProgram(work); }
  } end{nvrtc, &work};
  const std::string architecture = "--gpu-architecture=" + target;
  const char *options[] = {architecture.c_str(), "--std=c++17", program.option};
  const int code = nvrtc.nvrtcCompileProgram(work, program.option ? 3 : 2, options);
  size_t size = 0;
  if (code != 0) {
    std::string log;
    if (nvrtc.nvrtcGetProgramLogSize(work, &size) == 0 && size > 1) {
      log.resize(size);
      nvrtc.nvrtcGetProgramLog(work, log.data());
      log.resize(size - 1);
    }
    TORCH_CHECK(false, "CUDA: NVRTC ", version_, " (", path_, ") does not compile ", program.name, " for ", target, ": ",
                nvrtc.nvrtcGetErrorString(code), "\n", log);
  }
  const bool machine = target.rfind("sm_", 0) == 0;
  nvrtc.check(machine ? nvrtc.nvrtcGetCUBINSize(work, &size) : nvrtc.nvrtcGetPTXSize(work, &size), "tell the size of its code");
  std::string binary(size, '\0');
  nvrtc.check(machine ? nvrtc.nvrtcGetCUBIN(work, binary.data()) : nvrtc.nvrtcGetPTX(work, binary.data()), "hand over its code");
  return binary;
}

} // namespace likeness::cuda
