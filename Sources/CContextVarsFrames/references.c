#include "contextvars_frames.h"

// A function of the Swift runtime; its declaration is in no public header.
extern size_t swift_retainCount(void *object);

size_t contextvars_reference_count(void *object) { return swift_retainCount(object); }
