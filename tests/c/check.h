/* The least a test needs: a check that names its place, and an Arrow stream made by hand. */
#ifndef COLEAD_TESTS_CHECK_H
#define COLEAD_TESTS_CHECK_H

#include "colead.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);   \
      exit(1);                                                                  \
    }                                                                           \
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif

/* A stream of `batches` batches with the columns unit (utf8: "t1", missing, "t2") and score (the
 * given Arrow format, 3 cells of 8 bytes). Every buffer is on the heap, so that a leak or an early
 * release shows. `*released` counts released streams. With `fail_at` >= 0 that batch fails. */
void make_stream(struct ArrowArrayStream *out, const char *format, const void *cells, int batches, int fail_at,
                 int *released);

#ifdef __cplusplus
}
#endif

#endif
