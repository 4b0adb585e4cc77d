#pragma once
// What all kernels share. Everything in this folder is read twice: by the host, which takes the structures that kernels get as their one
// argument, and by NVRTC on the user's machine, which compiles the kernels below `#ifdef __CUDACC__`.

namespace likeness::cuda {

/// 64 bits for host and kernel alike.
using Count = long long;

#ifdef __CUDACC__
#define KERNEL extern "C" __global__ void
#define DEVICE __device__ inline

/// The number of this thread among all of the launch: the piece of work that is its own.
DEVICE Count piece() { return Count(blockIdx.x) * blockDim.x + threadIdx.x; }
#endif

} // namespace likeness::cuda
