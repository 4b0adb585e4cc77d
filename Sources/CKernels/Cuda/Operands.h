#pragma once
// What the host side of the operators checks before a kernel sees a pointer.

#include <ATen/ATen.h>

#include <optional>

namespace likeness::cuda {

/// `tensor` as kernels take it: in row-major order, of float32, on `device`. Throws `c10::Error`; `name` is the operator's.
inline at::Tensor floats(const char *name, const at::Tensor &tensor, c10::Device device) {
  TORCH_CHECK(tensor.scalar_type() == at::kFloat && tensor.device() == device, name, ": float32 on ", device, ", not ",
              tensor.scalar_type(), " on ", tensor.device());
  return tensor.contiguous();
}
/// The same for int32.
inline at::Tensor ints(const char *name, const at::Tensor &tensor, c10::Device device) {
  TORCH_CHECK(tensor.scalar_type() == at::kInt && tensor.device() == device, name, ": int32 on ", device, ", not ", tensor.scalar_type(),
              " on ", tensor.device());
  return tensor.contiguous();
}
inline int narrow(int64_t size) {
  TORCH_CHECK(size >= 0 && size <= INT32_MAX, "CUDA: a size of ", size, " is too much");
  return static_cast<int>(size);
}

} // namespace likeness::cuda
