#ifndef CLITERT_H
#define CLITERT_H

#include <stddef.h>
#include <stdint.h>

/// The part of the LiteRT C API that networks here need, as types only: the library is opened at run time, so that the
/// program starts without it. Written for `libLiteRt.so` of ai-edge-litert 2.3.0. Every call returns 0 for success.

typedef int litert_status;
/// Environment, model, signature, tensor, options, compiled model, buffer and its requirements: all are opaque.
typedef void *litert_handle;

/// One setting of an environment: its tag, then a tagged value. 24 bytes.
typedef struct {
  int32_t tag;
  int32_t padding;
  int64_t value_type;
  int64_t value;
} litert_environment_option;

enum {
  /// Which accelerators an environment looks for, a set of bits; the CPU is 1.
  litert_option_accelerators = 24,
  /// Below which severity an environment says nothing; errors are 3.
  litert_option_log_severity = 25,
  litert_value_is_integer = 2,
  litert_cpu = 1,
  litert_lock_read = 0,
  litert_lock_write = 1,
};

/// Element type, rank and dimensions of a tensor; the rest is LiteRT's business, and this is larger than it needs.
typedef struct {
  int32_t element_type;
  uint32_t rank;
  int32_t dimensions[8];
  uint32_t rest[22];
} litert_tensor_type;

/// How a network's own operator runs: `layouts` gives the shape of each output, `run` fills locked buffers.
/// The layouts begin with a rank (its lower seven bits) and eight dimensions; only the first of an array can be reached.
typedef struct {
  litert_status (*initialise)(void *context, const void *attributes, size_t size);
  litert_status (*layouts)(void *context, size_t input_count, const int32_t *inputs, size_t output_count, int32_t *outputs);
  litert_status (*run)(void *context, size_t input_count, const litert_handle *inputs, size_t output_count, litert_handle *outputs);
  litert_status (*destroy)(void *context);
} litert_kernel;

typedef litert_status (*litert_create_environment)(int count, const litert_environment_option *options, litert_handle *environment);
/// The bytes must outlive the model.
typedef litert_status (*litert_create_model)(litert_handle environment, const void *bytes, size_t size, litert_handle *model);
typedef litert_status (*litert_create)(litert_handle *made);
typedef litert_status (*litert_set_accelerators)(litert_handle options, int accelerators);
typedef litert_status (*litert_create_opaque_options)(const char *identifier, void *payload, void (*release)(void *payload),
                                                      litert_handle *options);
typedef litert_status (*litert_add_opaque_options)(litert_handle options, litert_handle opaque);
typedef litert_status (*litert_add_kernel)(litert_handle options, const char *name, int version, const litert_kernel *kernel, void *context);
typedef litert_status (*litert_create_compiled_model)(litert_handle environment, litert_handle model, litert_handle options,
                                                      litert_handle *compiled);
typedef litert_status (*litert_child)(litert_handle parent, size_t index, litert_handle *child);
typedef litert_status (*litert_count)(litert_handle parent, size_t *count);
typedef litert_status (*litert_get_tensor_type)(litert_handle tensor, litert_tensor_type *type);
typedef litert_status (*litert_get_requirements)(litert_handle compiled, size_t signature, size_t index, litert_handle *requirements);
typedef litert_status (*litert_create_buffer)(litert_handle environment, const litert_tensor_type *type, litert_handle requirements,
                                              litert_handle *buffer);
typedef litert_status (*litert_lock)(litert_handle buffer, void **memory, int mode);
typedef litert_status (*litert_unlock)(litert_handle buffer);
typedef litert_status (*litert_run)(litert_handle compiled, size_t signature, size_t input_count, litert_handle *inputs,
                                    size_t output_count, litert_handle *outputs);
typedef void (*litert_destroy)(litert_handle handle);

#endif
