#pragma once
/// Our own operators register themselves with libtorch as `likeness::*` when the tool starts; Swift calls them by name.
