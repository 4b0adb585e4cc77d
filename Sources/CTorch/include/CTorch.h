#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stdint.h>

#pragma clang assume_nonnull begin
#ifdef __cplusplus
extern "C" {
#endif

/// An owning reference to an `at::Tensor`. Give each one back with `ct_free`, once.
typedef struct ct_tensor_s *ct_tensor;
/// An owning reference to a random generator. Give each one back with `ct_generator_free`, once.
typedef struct ct_generator_s *ct_generator;

/// Why the last call on this thread that reported failure failed.
const char *ct_error(void);
/// The libtorch that this was compiled against, and the one that was loaded, as "2.13.0".
const char *ct_version_built(void);
const char *ct_version_loaded(void);

void ct_free(ct_tensor);
/// Makes the first reference one to the second's tensor; what was derived from the first keeps the old one.
void ct_become(ct_tensor, ct_tensor);

// Operators. On an empty stack, push the arguments in schema order, call, pop the results, last one first.
void ct_push_tensor(ct_tensor _Nullable);
void ct_push_none(void);
void ct_push_int(int64_t);
void ct_push_double(double);
void ct_push_bool(bool);
void ct_push_string(const char *);
void ct_push_device(const char *);
void ct_push_generator(ct_generator _Nullable);
void ct_push_ints(const int64_t *_Nullable, int64_t count);
void ct_push_bools(const bool *_Nullable, int64_t count);
void ct_push_doubles(const double *_Nullable, int64_t count);
void ct_push_tensors(const ct_tensor _Nonnull *_Nullable, int64_t count);
/// A list in which some tensors are absent, as indexing takes it.
void ct_push_optional_tensors(const ct_tensor _Nullable *_Nullable, int64_t count);
/// Runs `aten::add.Tensor`, say; arguments left out take their defaults. False, with an empty stack, if it or a push before it failed.
/// `op` must be the address of a literal, whose text never changes: operators are found by it.
bool ct_call(const uint8_t *op);
/// How many results are left to pop.
int64_t ct_results(void);
/// The last result, owned by the caller; null where the operator returned no tensor there.
ct_tensor _Nullable ct_pop(void);
/// The last result as a number; sets `ok` false if it is none.
double ct_pop_number(bool *ok);
/// Takes the one result, a list of tensors, apart, leaving each as a result of its own; returns how many, -1 if it is no such list.
int64_t ct_unpack(void);
/// Forgets the results that are left.
void ct_drop(void);

/// A tensor on the CPU with a copy of `bytes`; null if it failed. `dtype` is libtorch's `ScalarType`.
ct_tensor _Nullable ct_from_bytes(const void *bytes, const int64_t *shape, int64_t dimensions, int32_t dtype);
/// A tensor over memory that `release(context)` gives back when libtorch is done with it; null if it failed.
ct_tensor _Nullable ct_from_memory(void *bytes, const int64_t *shape, int64_t dimensions, int32_t dtype,
                                   void *_Nullable context, void (*release)(void *_Nullable context));
/// The first element of a contiguous tensor on the CPU.
void *_Nullable ct_data(ct_tensor);
int64_t ct_dimensions(ct_tensor);
int64_t ct_size(ct_tensor, int64_t dimension);
int32_t ct_dtype(ct_tensor);
bool ct_is_cpu(ct_tensor);
bool ct_is_contiguous(ct_tensor);
/// The device's name ("cpu", "cuda:0") into `buffer`.
void ct_device(ct_tensor, char *buffer, int64_t capacity);
/// The one element as a number, waiting for the device; sets `ok` false if there is not exactly one.
double ct_item(ct_tensor, bool *ok);

bool ct_backward(ct_tensor, ct_tensor _Nullable gradient, bool retainGraph, bool createGraph);
ct_tensor _Nullable ct_grad(ct_tensor);
bool ct_set_grad(ct_tensor, ct_tensor _Nullable gradient);
bool ct_requires_grad(ct_tensor);
bool ct_set_requires_grad(ct_tensor, bool);
/// Gradients of `outputs` weighted by `with` for `inputs`, into `into`; null where an input is not used.
bool ct_gradients(const ct_tensor _Nonnull *_Nonnull outputs, const ct_tensor _Nullable *_Nullable with, int64_t outputCount,
                  const ct_tensor _Nonnull *_Nonnull inputs, int64_t inputCount, bool retainGraph, bool createGraph,
                  ct_tensor _Nullable *_Nonnull into);
/// Turns gradient recording on or off for this thread; returns what it was.
bool ct_set_grad_enabled(bool);

ct_generator _Nullable ct_generator_new(uint64_t seed, const char *device);
void ct_generator_free(ct_generator);
/// The generator's whole state as a tensor of bytes.
ct_tensor _Nullable ct_generator_state(ct_generator);
bool ct_generator_set_state(ct_generator, ct_tensor);

bool ct_set_threads(int32_t);
int32_t ct_threads(void);
/// How many devices of a kind ("cpu", "cuda") can be used; -1 if it is no kind.
int32_t ct_device_count(const char *kind);

#ifdef __cplusplus
}
#endif
#pragma clang assume_nonnull end
#endif
