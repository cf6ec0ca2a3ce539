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

/* Columns of text, kept by the schema and the one batch alike. */
struct csv {
  size_t columns;
  size_t rows;
  char **names;
  char ***cells; /* by column, then row; null is missing */
  int given;
  int *released;
};

static char *copy_part(const char *text, size_t size) {
  char *out = (char *)malloc(size + 1);
  CHECK(out != NULL);
  memcpy(out, text, size);
  out[size] = '\0';
  return out;
}

/* Splits a line at commas; gives the number of cells, of which at most `most` are kept. */
static size_t split(const char *line, size_t size, char **cells, size_t most) {
  size_t count = 0, start = 0;
  for (size_t i = 0; i <= size; i++) {
    if (i == size || line[i] == ',') {
      if (count < most) {
        cells[count] = i == start ? NULL : copy_part(line + start, i - start);
      }
      count++;
      start = i + 1;
    }
  }
  return count;
}

static void free_csv(struct csv *self) {
  for (size_t c = 0; c < self->columns; c++) {
    for (size_t r = 0; r < self->rows; r++) {
      free(self->cells[c][r]);
    }
    free(self->cells[c]);
    free(self->names[c]);
  }
  free(self->cells);
  free(self->names);
  free(self);
}

static int csv_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  struct csv *self = (struct csv *)stream->private_data;
  fill_schema(out, "+s", "", (int64_t)self->columns);
  for (size_t c = 0; c < self->columns; c++) {
    fill_schema(out->children[c], "u", self->names[c], 0);
  }
  return 0;
}

static int csv_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  struct csv *self = (struct csv *)stream->private_data;
  memset(out, 0, sizeof *out);
  if (self->given) {
    return 0;
  }
  self->given = 1;
  fill_array(out, 0, 1, (int64_t)self->columns);
  out->length = (int64_t)self->rows;
  for (size_t c = 0; c < self->columns; c++) {
    unsigned char *valid = (unsigned char *)calloc(self->rows / 8 + 1, 1);
    int32_t *offsets = (int32_t *)calloc(self->rows + 1, sizeof *offsets);
    char *text = (char *)malloc(1);
    size_t size = 0;
    int64_t nulls = 0;
    CHECK(valid != NULL && offsets != NULL && text != NULL);
    for (size_t r = 0; r < self->rows; r++) {
      const char *cell = self->cells[c][r];
      if (cell == NULL) {
        nulls++;
      } else {
        size_t more = strlen(cell);
        valid[r / 8] = (unsigned char)(valid[r / 8] | (1u << (r % 8)));
        text = (char *)realloc(text, size + more + 1);
        CHECK(text != NULL);
        memcpy(text + size, cell, more);
        size += more;
      }
      offsets[r + 1] = (int32_t)size;
    }
    fill_array(out->children[c], nulls, 3, 0);
    out->children[c]->length = (int64_t)self->rows;
    out->children[c]->buffers[0] = valid;
    out->children[c]->buffers[1] = offsets;
    out->children[c]->buffers[2] = text;
  }
  return 0;
}

static void release_csv(struct ArrowArrayStream *stream) {
  struct csv *self = (struct csv *)stream->private_data;
  if (self->released != NULL) {
    *self->released += 1;
  }
  free_csv(self);
  stream->release = NULL;
}

void make_csv_stream(struct ArrowArrayStream *out, const char *csv, size_t size, int *released) {
  struct csv *self = (struct csv *)calloc(1, sizeof *self);
  CHECK(self != NULL);
  self->released = released;
  for (size_t start = 0; start < size;) {
    const char *end = (const char *)memchr(csv + start, '\n', size - start);
    size_t length = end == NULL ? size - start : (size_t)(end - (csv + start));
    if (start == 0) {
      self->columns = split(csv, length, NULL, 0);
      self->names = (char **)calloc(self->columns, sizeof *self->names);
      self->cells = (char ***)calloc(self->columns, sizeof *self->cells);
      CHECK(self->names != NULL && self->cells != NULL);
      split(csv, length, self->names, self->columns);
    } else if (length > 0) {
      char **row = (char **)calloc(self->columns, sizeof *row);
      CHECK(row != NULL);
      CHECK(split(csv + start, length, row, self->columns) == self->columns);
      for (size_t c = 0; c < self->columns; c++) {
        self->cells[c] = (char **)realloc(self->cells[c], (self->rows + 1) * sizeof *self->cells[c]);
        CHECK(self->cells[c] != NULL);
        self->cells[c][self->rows] = row[c];
      }
      self->rows++;
      free(row);
    }
    start += length + 1;
  }
  out->get_schema = csv_schema;
  out->get_next = csv_next;
  out->get_last_error = get_last_error;
  out->release = release_csv;
  out->private_data = self;
}
