/* Versions, texts, errors, and evidence on its way in, used well and used badly. */
#include "check.h"

#include <pthread.h>

/* Only in a library built with the feature `test-panic`. */
colead_status colead_test_panic(colead_string **out, colead_error **err);

static const int64_t SCORES[3] = {1, 2, 3};

static void test_versions(void) {
  char text[64];
  snprintf(text, sizeof text, "%d.%d.%d", COLEAD_VERSION_MAJOR, COLEAD_VERSION_MINOR, COLEAD_VERSION_PATCH);
  CHECK(strcmp(text, COLEAD_VERSION) == 0);
  CHECK(strcmp(colead_version_get(), COLEAD_VERSION) == 0);
  CHECK(COLEAD_VERSION_NUMBER ==
        COLEAD_VERSION_MAJOR * 1000000 + COLEAD_VERSION_MINOR * 1000 + COLEAD_VERSION_PATCH);
  CHECK(colead_abi_version_get() == COLEAD_ABI_VERSION);
}

static void test_statuses_never_change(void) {
  CHECK(COLEAD_OK == 0 && COLEAD_ERROR_INPUT == 1 && COLEAD_ERROR_RULEBOOK == 2 && COLEAD_ERROR_DISCLOSURE == 3);
  CHECK(COLEAD_ERROR_ARGUMENT == 4 && COLEAD_ERROR_PANIC == 5 && COLEAD_ERROR_OTHER == 6);
  CHECK(sizeof(colead_status) == 4);
}

static void test_canonical_json(void) {
  static const char text[] = "{\"b\": 1.0, \"a\": [true, null, 1e2]}";
  colead_string *out = NULL;
  colead_error *err = NULL;
  CHECK(colead_json_canonicalize(text, sizeof text - 1, &out, &err) == COLEAD_OK);
  CHECK(err == NULL);
  CHECK(strcmp(colead_string_get_data(out), "{\"a\":[true,null,100],\"b\":1}") == 0);
  CHECK(colead_string_get_size(out) == strlen(colead_string_get_data(out)));
  colead_string_free(out);
  /* The size counts, not a NUL: this text ends before the rubbish. */
  CHECK(colead_json_canonicalize("7rubbish", 1, &out, NULL) == COLEAD_OK);
  CHECK(strcmp(colead_string_get_data(out), "7") == 0);
  colead_string_free(out);
}

static void test_text_in(void) {
  colead_string *out = (colead_string *)&out; /* must stay as it is */
  colead_string *const before = out;
  colead_error *err = NULL;
  expect(&err, colead_json_canonicalize(NULL, 3, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_json_canonicalize("1", 1, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_json_canonicalize("1", SIZE_MAX, &out, &err), COLEAD_ERROR_ARGUMENT, "bad_size");
  expect(&err, colead_json_canonicalize(NULL, 0, &out, &err), COLEAD_ERROR_INPUT, "syntax");
  expect(&err, colead_json_canonicalize("\"\xff\"", 3, &out, &err), COLEAD_ERROR_INPUT, "invalid_utf8");
  expect(&err, colead_json_canonicalize("\"\xc3\xa9\"", 2, &out, &err), COLEAD_ERROR_INPUT, "invalid_utf8");
  /* A NUL is a character like any other: it does not end the text early and hide what follows. */
  expect(&err, colead_json_canonicalize("1\0x", 3, &out, &err), COLEAD_ERROR_INPUT, "syntax");
  expect(&err, colead_json_canonicalize("{\"a\":1,\"a\":2}", 13, &out, &err), COLEAD_ERROR_INPUT, "duplicate_key");
  char slot[2 * sizeof(colead_string *)];
  char *crooked = slot + (((uintptr_t)slot & 1) ? 0 : 1);
  colead_string **misaligned;
  memcpy(&misaligned, &crooked, sizeof crooked);
  expect(&err, colead_json_canonicalize("1", 1, misaligned, &err), COLEAD_ERROR_ARGUMENT, "misaligned_argument");
  CHECK(out == before);
  /* Without a place for the error the status still tells. */
  CHECK(colead_json_canonicalize("nope", 4, &out, NULL) == COLEAD_ERROR_INPUT);
  CHECK(colead_json_canonicalize(NULL, 4, NULL, NULL) == COLEAD_ERROR_ARGUMENT);
  CHECK(out == before);
}

static void test_errors(void) {
  colead_string *out = NULL, *json = NULL;
  colead_error *err = NULL;
  static const char text[] = "{\"k\\u0000\":1,\"k\\u0000\":2}";
  size_t size = 0;
  CHECK(colead_json_canonicalize(text, sizeof text - 1, &out, &err) == COLEAD_ERROR_INPUT);
  const char *message = colead_error_get_message(err, &size);
  CHECK(size > strlen(message) && message[size] == '\0'); /* it quotes the NUL */
  CHECK(strstr(message + strlen(message) + 1, "line 1") != NULL);
  CHECK(strcmp(colead_error_get_help(err, &size), "keep one of the two entries") == 0);
  CHECK(size == strlen("keep one of the two entries"));
  CHECK(strcmp(colead_error_get_path(err, NULL), "text") == 0);
  CHECK(colead_error_write_json(err, &json, NULL) == COLEAD_OK);
  CHECK(strstr(colead_string_get_data(json), "\"family\":\"input\"") != NULL);
  CHECK(strstr(colead_string_get_data(json), "\"code\":\"duplicate_key\"") != NULL);
  colead_string_free(json);
  /* Two owners: the second lives on. */
  colead_error *second = colead_error_clone(err);
  colead_error_free(err);
  CHECK(strcmp(colead_error_get_code(second), "duplicate_key") == 0);
  colead_error_free(second);
  err = NULL;
  CHECK(colead_json_canonicalize("1", 1, NULL, &err) == COLEAD_ERROR_ARGUMENT);
  CHECK(colead_error_write_json(err, &json, NULL) == COLEAD_OK);
  CHECK(strstr(colead_string_get_data(json), "\"family\":\"argument\"") != NULL);
  CHECK(strstr(colead_error_get_message(err, NULL), "`out`") != NULL);
  colead_string_free(json);
  colead_error_free(err);
}

static void test_nulls(void) {
  size_t size = 7;
  colead_error *err = NULL;
  colead_string *out = NULL;
  CHECK(colead_error_get_status(NULL) == COLEAD_OK);
  CHECK(strcmp(colead_error_get_code(NULL), "") == 0);
  CHECK(strcmp(colead_error_get_message(NULL, &size), "") == 0 && size == 7);
  CHECK(strcmp(colead_error_get_help(NULL, NULL), "") == 0);
  CHECK(strcmp(colead_error_get_path(NULL, NULL), "") == 0);
  CHECK(colead_error_clone(NULL) == NULL);
  CHECK(strcmp(colead_string_get_data(NULL), "") == 0);
  CHECK(colead_string_get_size(NULL) == 0);
  expect(&err, colead_error_write_json(NULL, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(out == NULL);
  colead_error_free(NULL);
  colead_string_free(NULL);
  colead_evidence_free(NULL);
}

static void test_panics_stop_at_the_boundary(void) {
  colead_string *out = NULL;
  colead_error *err = NULL;
  CHECK(colead_test_panic(&out, NULL) == COLEAD_ERROR_PANIC);
  CHECK(colead_test_panic(&out, &err) == COLEAD_ERROR_PANIC);
  CHECK(out == NULL);
  CHECK(strstr(colead_error_get_message(err, NULL), "on purpose") != NULL);
  expect(&err, COLEAD_ERROR_PANIC, COLEAD_ERROR_PANIC, "panic");
  /* Nothing is poisoned: the next call works. */
  CHECK(colead_json_canonicalize("1", 1, &out, &err) == COLEAD_OK);
  colead_string_free(out);
}

static colead_status add_file(colead_evidence *evidence, const char *name, const void *data, size_t size,
                              colead_error **err) {
  colead_file file;
  file.name = name;
  file.name_size = name == NULL ? 0 : strlen(name);
  file.data = (const uint8_t *)data;
  file.data_size = size;
  return colead_evidence_add_file(evidence, &file, err);
}

static void test_files(void) {
  colead_evidence *evidence = NULL;
  colead_error *err = NULL;
  expect(&err, colead_evidence_create(NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(colead_evidence_create(&evidence, &err) == COLEAD_OK);
  char *bytes = (char *)malloc(10);
  CHECK(bytes != NULL);
  memcpy(bytes, "unit\nt\0\xff\n", 10); /* bytes are bytes until they are read */
  CHECK(add_file(evidence, "facts.csv", bytes, 9, &err) == COLEAD_OK);
  free(bytes); /* they were copied */
  CHECK(add_file(evidence, "members.csv", NULL, 0, &err) == COLEAD_OK);
  expect(&err, add_file(evidence, "ties.csv", NULL, 1, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, add_file(evidence, "facts.json", "{}", 2, &err), COLEAD_ERROR_INPUT, "duplicate_table");
  expect(&err, add_file(evidence, "facts.csv", "", 0, &err), COLEAD_ERROR_INPUT, "duplicate_file");
  CHECK(add_file(evidence, "facts.txt", "", 0, &err) == COLEAD_OK); /* not a table */
  expect(&err, add_file(evidence, NULL, "", 0, &err), COLEAD_ERROR_INPUT, "bad_name");
  expect(&err, add_file(evidence, "\xc0.csv", "", 0, &err), COLEAD_ERROR_INPUT, "invalid_utf8");
  expect(&err, add_file(NULL, "x.csv", "", 0, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_evidence_add_file(evidence, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  int released = 0;
  struct ArrowArrayStream stream;
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  expect(&err, colead_evidence_add_stream(evidence, "members", 7, &stream, &err), COLEAD_ERROR_INPUT,
         "duplicate_table");
  CHECK(released == 1 && stream.release == NULL);
  size_t rows = 42;
  expect(&err, colead_evidence_count_rows(evidence, "facts", 5, &rows, &err), COLEAD_ERROR_INPUT, "unknown_table");
  CHECK(rows == 42);
  colead_evidence_free(evidence);
}

static void test_streams(void) {
  colead_evidence *evidence = NULL;
  colead_error *err = NULL;
  struct ArrowArrayStream stream;
  int released = 0;
  size_t rows = 0;
  CHECK(colead_evidence_create(&evidence, &err) == COLEAD_OK);
  make_stream(&stream, "l", SCORES, 2, -1, &released);
  CHECK(colead_evidence_add_stream(evidence, "responses", 9, &stream, &err) == COLEAD_OK);
  CHECK(released == 1 && stream.release == NULL);
  CHECK(colead_evidence_count_rows(evidence, "responses", 9, &rows, &err) == COLEAD_OK);
  CHECK(rows == 6);

  /* A stream is consumed once, and again by nobody. */
  expect(&err, colead_evidence_add_stream(evidence, "ties", 4, &stream, &err), COLEAD_ERROR_ARGUMENT,
         "released_stream");
  /* Whatever is wrong, the stream is consumed. */
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  expect(&err, colead_evidence_add_stream(evidence, "responses", 9, &stream, &err), COLEAD_ERROR_INPUT,
         "duplicate_table");
  CHECK(released == 2 && stream.release == NULL);
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  expect(&err, colead_evidence_add_stream(NULL, "ties", 4, &stream, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(released == 3 && stream.release == NULL);
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  expect(&err, colead_evidence_add_stream(evidence, NULL, 4, &stream, &err), COLEAD_ERROR_ARGUMENT,
         "null_argument");
  CHECK(released == 4 && stream.release == NULL);
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  expect(&err, colead_evidence_add_stream(evidence, "\xff", 1, &stream, &err), COLEAD_ERROR_INPUT,
         "invalid_utf8");
  CHECK(released == 5 && stream.release == NULL);
  make_stream(&stream, "l", SCORES, 3, 1, &released);
  CHECK(colead_evidence_add_stream(evidence, "ties", 4, &stream, &err) == COLEAD_ERROR_INPUT);
  CHECK(strstr(colead_error_get_message(err, NULL), "the disk is gone") != NULL);
  expect(&err, COLEAD_ERROR_INPUT, COLEAD_ERROR_INPUT, "stream_failed");
  CHECK(released == 6 && stream.release == NULL);
  make_stream(&stream, "tDs", SCORES, 1, -1, &released); /* durations */
  CHECK(colead_evidence_add_stream(evidence, "ties", 4, &stream, &err) == COLEAD_ERROR_INPUT);
  CHECK(strcmp(colead_error_get_path(err, NULL), "ties, column score") == 0);
  CHECK(strlen(colead_error_get_help(err, NULL)) > 0);
  expect(&err, COLEAD_ERROR_INPUT, COLEAD_ERROR_INPUT, "unsupported_type");
  CHECK(released == 7 && stream.release == NULL);
  static const uint64_t beyond[3] = {1, 2, UINT64_MAX};
  make_stream(&stream, "L", beyond, 2, -1, &released);
  CHECK(colead_evidence_add_stream(evidence, "ties", 4, &stream, &err) == COLEAD_ERROR_INPUT);
  CHECK(strcmp(colead_error_get_path(err, NULL), "ties, row 3, column score") == 0);
  expect(&err, COLEAD_ERROR_INPUT, COLEAD_ERROR_INPUT, "out_of_range");
  CHECK(released == 8 && stream.release == NULL);
  expect(&err, colead_evidence_add_stream(evidence, "ties", 4, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");

  /* A column of type null has no buffers, but some producers send them. */
  colead_evidence *second = NULL;
  CHECK(colead_evidence_create(&second, NULL) == COLEAD_OK);
  make_stream(&stream, "n", SCORES, 2, -1, &released);
  CHECK(colead_evidence_add_stream(second, "responses", 9, &stream, &err) == COLEAD_OK);
  CHECK(released == 9 && stream.release == NULL);
  CHECK(colead_evidence_count_rows(second, "responses", 9, &rows, &err) == COLEAD_OK && rows == 6);

  colead_evidence_free(second);

  /* A producer that breaks the format costs a status, not the process. */
  make_stream(&stream, "+x", SCORES, 1, -1, &released);
  CHECK(colead_evidence_add_stream(evidence, "ties", 4, &stream, &err) == COLEAD_ERROR_INPUT);
  colead_error_free(err);
  err = NULL;
  CHECK(released == 10 && stream.release == NULL);
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  stream.get_next = NULL;
  expect(&err, colead_evidence_add_stream(evidence, "ties", 4, &stream, &err), COLEAD_ERROR_INPUT,
         "bad_arrow_data");
  CHECK(released == 11);

  /* After all that, the evidence is what it was. */
  CHECK(colead_evidence_count_rows(evidence, "responses", 9, &rows, &err) == COLEAD_OK && rows == 6);
  expect(&err, colead_evidence_count_rows(evidence, "ties", 4, &rows, &err), COLEAD_ERROR_INPUT, "unknown_table");
  expect(&err, colead_evidence_count_rows(evidence, "responses", 9, NULL, &err), COLEAD_ERROR_ARGUMENT,
         "null_argument");

  /* Evidence is checked at the door, with row and column, and by name. */
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  CHECK(colead_evidence_add_stream(evidence, "facts", 5, &stream, &err) == COLEAD_ERROR_INPUT);
  CHECK(strncmp(colead_error_get_path(err, NULL), "facts", 5) == 0);
  colead_error_free(err);
  err = NULL;
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  CHECK(colead_evidence_add_stream(evidence, "respones", 8, &stream, &err) == COLEAD_ERROR_INPUT);
  CHECK(strcmp(colead_error_get_help(err, NULL), "did you mean `responses`") == 0);
  expect(&err, COLEAD_ERROR_INPUT, COLEAD_ERROR_INPUT, "unknown_table");
  CHECK(released == 13 && stream.release == NULL);
  colead_evidence_free(evidence);
}

static void *read_rows(void *evidence) {
  for (int i = 0; i < 1000; i++) {
    size_t rows = 0;
    colead_error *err = NULL;
    CHECK(colead_evidence_count_rows((const colead_evidence *)evidence, "responses", 9, &rows, NULL) == COLEAD_OK);
    CHECK(rows == 3);
    CHECK(colead_evidence_count_rows((const colead_evidence *)evidence, "ties", 4, &rows, &err) != COLEAD_OK);
    colead_error *second = colead_error_clone(err);
    colead_error_free(err);
    colead_error_free(second);
  }
  return NULL;
}

static void test_many_threads_read_one_object(void) {
  colead_evidence *evidence = NULL;
  struct ArrowArrayStream stream;
  int released = 0;
  pthread_t threads[4];
  CHECK(colead_evidence_create(&evidence, NULL) == COLEAD_OK);
  make_stream(&stream, "l", SCORES, 1, -1, &released);
  CHECK(colead_evidence_add_stream(evidence, "responses", 9, &stream, NULL) == COLEAD_OK);
  for (int i = 0; i < 4; i++) {
    CHECK(pthread_create(&threads[i], NULL, read_rows, evidence) == 0);
  }
  for (int i = 0; i < 4; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
  }
  colead_evidence_free(evidence);
}

int main(void) {
  test_versions();
  test_statuses_never_change();
  test_canonical_json();
  test_text_in();
  test_errors();
  test_nulls();
  test_panics_stop_at_the_boundary();
  test_files();
  test_streams();
  test_many_threads_read_one_object();
  puts("c: ok");
  return 0;
}
