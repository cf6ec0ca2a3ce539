/* What the tests in C share: a check that names its place, files, and Arrow streams made by hand. */
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

/* Ends the program unless the call gave this status and an error of this code; frees the error. */
void expect(colead_error **err, colead_status got, colead_status status, const char *code);

/* A stream of `batches` batches with the columns unit (utf8: "t1", missing, "t2") and score (the
 * given Arrow format, 3 cells of 8 bytes). Every buffer is on the heap, so that a leak or an early
 * release shows. `*released` counts released streams. With `fail_at` >= 0 that batch fails. */
void make_stream(struct ArrowArrayStream *out, const char *format, const void *cells, int batches, int fail_at,
                 int *released);

/* A stream of one batch of utf8 columns from CSV without quotes: the first line names the columns, an
 * empty cell is missing. `*released`, where not null, counts released streams. */
void make_csv_stream(struct ArrowArrayStream *out, const char *csv, size_t size, int *released);

/* A file's content in memory, with a NUL behind it that `size` does not count; null when there is no such
 * file. The caller frees it. */
char *read_file(const char *path, size_t *size);

/* Names of a folder's entries, sorted; the caller frees each and the list. */
char **list_folder(const char *path, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
