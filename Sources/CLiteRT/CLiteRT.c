#include "CLiteRT.h"

_Static_assert(sizeof(litert_environment_option) == 24, "LiteRT fixes the layout of its environment options");
