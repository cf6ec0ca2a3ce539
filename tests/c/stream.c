/* An Arrow stream made by hand, with the C data interface alone. */
#include "check.h"

#include <errno.h>

#define ROWS 3

struct producer {
  char format[16];
  unsigned char cells[ROWS * 8];
  int batches;
  int fail_at;
  int next;
  int *released;
};

static void *copy(const void *data, size_t size) {
  void *out = malloc(size);
  CHECK(out != NULL);
  memcpy(out, data, size);
  return out;
}

static char *copy_text(const char *text) { return (char *)copy(text, strlen(text) + 1); }

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release != NULL) {
      schema->children[i]->release(schema->children[i]);
    }
    free(schema->children[i]);
  }
  free(schema->children);
  free((void *)schema->format);
  free((void *)schema->name);
  schema->release = NULL;
}

static void fill_schema(struct ArrowSchema *out, const char *format, const char *name, int64_t n_children) {
  memset(out, 0, sizeof *out);
  out->format = copy_text(format);
  out->name = copy_text(name);
  out->flags = ARROW_FLAG_NULLABLE;
  out->n_children = n_children;
  out->release = release_schema;
  if (n_children > 0) {
    out->children = (struct ArrowSchema **)calloc((size_t)n_children, sizeof *out->children);
    CHECK(out->children != NULL);
    for (int64_t i = 0; i < n_children; i++) {
      out->children[i] = (struct ArrowSchema *)malloc(sizeof **out->children);
      CHECK(out->children[i] != NULL);
    }
  }
}

static void release_array(struct ArrowArray *array) {
  for (int64_t i = 0; i < array->n_children; i++) {
    if (array->children[i]->release != NULL) {
      array->children[i]->release(array->children[i]);
    }
    free(array->children[i]);
  }
  for (int64_t i = 0; i < array->n_buffers; i++) {
    free((void *)array->buffers[i]);
  }
  free(array->children);
  free(array->buffers);
  array->release = NULL;
}

static void fill_array(struct ArrowArray *out, int64_t nulls, int64_t n_buffers, int64_t n_children) {
  memset(out, 0, sizeof *out);
  out->length = ROWS;
  out->null_count = nulls;
  out->n_buffers = n_buffers;
  out->n_children = n_children;
  out->release = release_array;
  out->buffers = (const void **)calloc((size_t)n_buffers, sizeof *out->buffers);
  CHECK(out->buffers != NULL);
  if (n_children > 0) {
    out->children = (struct ArrowArray **)calloc((size_t)n_children, sizeof *out->children);
    CHECK(out->children != NULL);
    for (int64_t i = 0; i < n_children; i++) {
      out->children[i] = (struct ArrowArray *)malloc(sizeof **out->children);
      CHECK(out->children[i] != NULL);
    }
  }
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  struct producer *self = (struct producer *)stream->private_data;
  fill_schema(out, "+s", "", 2);
  fill_schema(out->children[0], "u", "unit", 0);
  fill_schema(out->children[1], self->format, "score", 0);
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  static const int32_t offsets[ROWS + 1] = {0, 2, 2, 4};
  static const unsigned char valid = 0x05; /* the second unit is missing */
  struct producer *self = (struct producer *)stream->private_data;
  if (self->next == self->fail_at) {
    return EIO;
  }
  memset(out, 0, sizeof *out);
  if (self->next == self->batches) {
    return 0;
  }
  self->next++;
  fill_array(out, 0, 1, 2);
  fill_array(out->children[0], 1, 3, 0);
  out->children[0]->buffers[0] = copy(&valid, 1);
  out->children[0]->buffers[1] = copy(offsets, sizeof offsets);
  out->children[0]->buffers[2] = copy("t1t2", 4);
  fill_array(out->children[1], 0, 2, 0);
  out->children[1]->buffers[1] = copy(self->cells, sizeof self->cells);
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return "the disk is gone";
}

static void release_stream(struct ArrowArrayStream *stream) {
  struct producer *self = (struct producer *)stream->private_data;
  *self->released += 1;
  free(self);
  stream->release = NULL;
}

void make_stream(struct ArrowArrayStream *out, const char *format, const void *cells, int batches, int fail_at,
                 int *released) {
  struct producer *self = (struct producer *)calloc(1, sizeof *self);
  CHECK(self != NULL);
  CHECK(strlen(format) < sizeof self->format);
  strcpy(self->format, format);
  memcpy(self->cells, cells, sizeof self->cells);
  self->batches = batches;
  self->fail_at = fail_at;
  self->released = released;
  out->get_schema = get_schema;
  out->get_next = get_next;
  out->get_last_error = get_last_error;
  out->release = release_stream;
  out->private_data = self;
}
