#include "CTorch.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/jit_type.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/headeronly/version.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <unordered_map>

// The version word of the libtorch that the loader found; its headers say how it is packed.
extern "C" uint64_t aoti_torch_abi_version();

namespace {

thread_local std::string error;
thread_local torch::jit::Stack stack;
/// An argument of the call in preparation could not be pushed; `error` says why.
thread_local bool spoilt = false;

at::Tensor &ref(ct_tensor t) { return *reinterpret_cast<at::Tensor *>(t); }
at::Generator &ref(ct_generator g) { return *reinterpret_cast<at::Generator *>(g); }
ct_tensor own(at::Tensor t) { return reinterpret_cast<ct_tensor>(new at::Tensor(std::move(t))); }

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

/// Pushes an argument. Should that fail, the call that follows reports it.
template <class F> void push(F body) noexcept {
  if (!protect(false, [&] { body(); return true; })) spoilt = true;
}

// Swift hands over the address of a string literal, so the address identifies the operator.
const c10::OperatorHandle &find(const uint8_t *op) {
  thread_local std::unordered_map<const uint8_t *, c10::OperatorHandle> known;
  if (auto hit = known.find(op); hit != known.end()) return hit->second;
  std::string name = reinterpret_cast<const char *>(op), overload;
  if (auto dot = name.rfind('.'); dot != std::string::npos) overload = name.substr(dot + 1), name.resize(dot);
  return known.emplace(op, c10::Dispatcher::singleton().findSchemaOrThrow(name.c_str(), overload.c_str())).first->second;
}

/// A thread takes the number of threads that was set last, by whichever thread, at its first loop: once in libtorch and once in what is
/// compiled here. Both happen now, so that neither undoes later what is set for this thread.
void settle_threads() {
  at::internal::lazy_init_num_threads();
  at::get_num_threads();
}

} // namespace

const char *ct_error(void) { return error.c_str(); }
const char *ct_version_built(void) {
#define TEXT(x) #x
#define DOTTED(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)
  return DOTTED(TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR, TORCH_VERSION_PATCH);
}
const char *ct_version_loaded(void) {
  thread_local std::string text;
  uint64_t v = aoti_torch_abi_version();
  text = std::to_string(v >> 56) + "." + std::to_string(v >> 48 & 255) + "." + std::to_string(v >> 40 & 255);
  return text.c_str();
}

void ct_free(ct_tensor t) {
  protect(false, [&] { delete &ref(t); return true; });
}

void ct_become(ct_tensor t, ct_tensor other) {
  protect(false, [&] { ref(t) = ref(other); return true; });
}

void ct_push_tensor(ct_tensor t) {
  push([&] { t ? stack.emplace_back(ref(t)) : stack.emplace_back(); });
}
void ct_push_none(void) { push([&] { stack.emplace_back(); }); }
void ct_push_int(int64_t v) { push([&] { stack.emplace_back(v); }); }
void ct_push_double(double v) { push([&] { stack.emplace_back(v); }); }
void ct_push_bool(bool v) { push([&] { stack.emplace_back(v); }); }
void ct_push_string(const char *v) { push([&] { stack.emplace_back(std::string(v)); }); }
void ct_push_device(const char *v) { push([&] { stack.emplace_back(c10::Device(v)); }); }
void ct_push_generator(ct_generator g) {
  push([&] { g ? stack.emplace_back(ref(g)) : stack.emplace_back(); });
}
void ct_push_ints(const int64_t *v, int64_t n) { push([&] { stack.emplace_back(c10::IntArrayRef(v, n)); }); }
void ct_push_doubles(const double *v, int64_t n) { push([&] { stack.emplace_back(c10::ArrayRef<double>(v, n)); }); }
void ct_push_bools(const bool *v, int64_t n) {
  push([&] {
    c10::List<bool> list;
    for (int64_t i = 0; i < n; ++i) list.push_back(v[i]);
    stack.emplace_back(std::move(list));
  });
}
void ct_push_tensors(const ct_tensor *v, int64_t n) {
  push([&] {
    c10::List<at::Tensor> list;
    list.reserve(n);
    for (int64_t i = 0; i < n; ++i) list.push_back(ref(v[i]));
    stack.emplace_back(std::move(list));
  });
}
void ct_push_optional_tensors(const ct_tensor *v, int64_t n) {
  push([&] {
    c10::List<std::optional<at::Tensor>> list;
    list.reserve(n);
    for (int64_t i = 0; i < n; ++i) list.push_back(v[i] ? std::optional<at::Tensor>(ref(v[i])) : std::nullopt);
    stack.emplace_back(std::move(list));
  });
}

bool ct_call(const uint8_t *name) {
  bool ok = !spoilt && protect(false, [&] {
    const auto &op = find(name);
    op.schema().checkAndNormalizeInputs(stack);
    op.callBoxed(stack);
    return true;
  });
  if (!ok) stack.clear();
  spoilt = false;
  return ok;
}

int64_t ct_results(void) { return static_cast<int64_t>(stack.size()); }
ct_tensor ct_pop(void) {
  return protect(ct_tensor(nullptr), [&] {
    if (stack.empty()) throw std::out_of_range("no result is left");
    auto value = torch::jit::pop(stack);
    if (!value.isTensor()) throw std::invalid_argument("the result is a " + value.tagKind() + ", not a tensor");
    if (!value.toTensor().defined()) throw std::invalid_argument("the result is no tensor");
    return own(std::move(value).toTensor());
  });
}
double ct_pop_number(bool *ok) {
  *ok = false;
  return protect(0.0, [&] {
    if (stack.empty()) throw std::out_of_range("no result is left");
    double number = torch::jit::pop(stack).toScalar().toDouble();
    *ok = true;
    return number;
  });
}
int64_t ct_unpack(void) {
  return protect(int64_t(-1), [&] {
    if (stack.size() != 1) throw std::out_of_range(std::to_string(stack.size()) + " results, not one list");
    auto value = torch::jit::pop(stack);
    if (!value.isTensorList()) throw std::invalid_argument("the result is a " + value.tagKind() + ", not a list of tensors");
    auto list = std::move(value).toTensorVector();
    for (auto &t : list) stack.emplace_back(std::move(t));
    return static_cast<int64_t>(list.size());
  });
}
void ct_drop(void) { stack.clear(); }

ct_tensor ct_from_bytes(const void *bytes, const int64_t *shape, int64_t dimensions, int32_t dtype) {
  return protect(ct_tensor(nullptr), [&] {
    auto t = at::empty(at::IntArrayRef(shape, dimensions), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    if (t.nbytes()) std::memcpy(t.mutable_data_ptr(), bytes, t.nbytes());
    return own(std::move(t));
  });
}
ct_tensor ct_from_memory(void *bytes, const int64_t *shape, int64_t dimensions, int32_t dtype, void *context,
                         void (*release)(void *)) {
  return protect(ct_tensor(nullptr), [&] {
    return own(at::from_blob(bytes, at::IntArrayRef(shape, dimensions), [=](void *) { release(context); },
                             at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype))));
  });
}
void *ct_data(ct_tensor t) {
  return protect(static_cast<void *>(nullptr), [&] { return ref(t).mutable_data_ptr(); });
}
int64_t ct_dimensions(ct_tensor t) {
  return protect(int64_t(-1), [&] { return ref(t).dim(); });
}
int64_t ct_size(ct_tensor t, int64_t dimension) {
  return protect(int64_t(-1), [&] { return ref(t).size(dimension); });
}
int32_t ct_dtype(ct_tensor t) {
  return protect(-1, [&] { return static_cast<int32_t>(ref(t).scalar_type()); });
}
bool ct_is_cpu(ct_tensor t) { return protect(false, [&] { return ref(t).is_cpu(); }); }
bool ct_is_contiguous(ct_tensor t) { return protect(false, [&] { return ref(t).is_contiguous(); }); }
void ct_device(ct_tensor t, char *buffer, int64_t capacity) {
  auto name = protect(std::string(), [&] { return ref(t).device().str(); });
  std::strncpy(buffer, name.c_str(), capacity - 1);
  buffer[capacity - 1] = 0;
}
double ct_item(ct_tensor t, bool *ok) {
  *ok = false;
  return protect(0.0, [&] {
    double value = ref(t).item().toDouble();
    *ok = true;
    return value;
  });
}

bool ct_backward(ct_tensor t, ct_tensor gradient, bool retainGraph, bool createGraph) {
  return protect(false, [&] {
    ref(t).backward(gradient ? ref(gradient) : at::Tensor(), retainGraph, createGraph);
    return true;
  });
}
ct_tensor ct_grad(ct_tensor t) {
  return protect(ct_tensor(nullptr), [&] { return ref(t).grad().defined() ? own(ref(t).grad()) : nullptr; });
}
bool ct_set_grad(ct_tensor t, ct_tensor gradient) {
  return protect(false, [&] {
    if (gradient) {
      const at::Tensor &own = ref(t), &given = ref(gradient);
      TORCH_CHECK(own.is_leaf(), "only a leaf is given a gradient");
      TORCH_CHECK(given.sizes() == own.sizes() && given.scalar_type() == own.scalar_type() && given.device() == own.device(),
                  "a gradient of ", own.sizes(), ", ", own.scalar_type(), " on ", own.device(), " is wanted, not of ", given.sizes(), ", ",
                  given.scalar_type(), " on ", given.device());
    }
    ref(t).mutable_grad() = gradient ? ref(gradient) : at::Tensor();
    return true;
  });
}
bool ct_requires_grad(ct_tensor t) { return protect(false, [&] { return ref(t).requires_grad(); }); }
bool ct_set_requires_grad(ct_tensor t, bool on) {
  return protect(false, [&] {
    ref(t).set_requires_grad(on);
    return true;
  });
}
bool ct_gradients(const ct_tensor *outputs, const ct_tensor *with, int64_t outputCount, const ct_tensor *inputs,
                  int64_t inputCount, bool retainGraph, bool createGraph, ct_tensor *into) {
  return protect(false, [&] {
    torch::autograd::variable_list out, in, weights;
    for (int64_t i = 0; i < outputCount; ++i) {
      out.push_back(ref(outputs[i]));
      weights.push_back(with && with[i] ? ref(with[i]) : at::Tensor());
    }
    for (int64_t i = 0; i < inputCount; ++i) in.push_back(ref(inputs[i]));
    auto found = torch::autograd::grad(out, in, weights, retainGraph, createGraph, /*allow_unused=*/true);
    for (int64_t i = 0; i < inputCount; ++i) into[i] = found[i].defined() ? own(found[i]) : nullptr;
    return true;
  });
}
bool ct_set_grad_enabled(bool on) {
  bool was = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(on);
  return was;
}

ct_generator ct_generator_new(uint64_t seed, const char *device) {
  return protect(ct_generator(nullptr), [&] {
    auto g = at::globalContext().defaultGenerator(c10::Device(device)).clone();
    g.set_current_seed(seed);
    return reinterpret_cast<ct_generator>(new at::Generator(std::move(g)));
  });
}
void ct_generator_free(ct_generator g) {
  protect(false, [&] { delete &ref(g); return true; });
}
ct_tensor ct_generator_state(ct_generator g) {
  return protect(ct_tensor(nullptr), [&] { return own(ref(g).get_state()); });
}
bool ct_generator_set_state(ct_generator g, ct_tensor state) {
  return protect(false, [&] {
    ref(g).set_state(ref(state));
    return true;
  });
}

bool ct_set_threads(int32_t n) {
  return protect(false, [&] {
    settle_threads();
    at::set_num_threads(n);
    return true;
  });
}
int32_t ct_threads(void) {
  return protect(1, [] {
    settle_threads();
    return at::get_num_threads();
  });
}
int32_t ct_device_count(const char *kind) {
  return protect(-1, [&]() -> int32_t {
    auto type = c10::Device(kind).type();
    if (type == c10::DeviceType::CPU) return 1;
    if (type != c10::DeviceType::CUDA) throw std::invalid_argument(std::string(kind) + " is not used here");
    return at::hasCUDA() ? at::globalContext().getAcceleratorHooksInterface(type).deviceCount() : 0;
  });
}
