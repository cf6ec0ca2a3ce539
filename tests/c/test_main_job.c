/* Frameworks, judgments, instruments, tallies, assessments and releases, used well and used badly. */
#include "check.h"

#include <math.h>
#include <pthread.h>

#define TEXT(literal) literal, (sizeof literal - 1)

static const char PULSE[] = "{\"id\":\"pulse\",\"version\":\"1\",\"license\":\"CC0-1.0\",\"options\":[1,5],"
                            "\"scales\":[{\"id\":\"d\",\"items\":[\"a\",\"-b\"]}]}";

static colead_framework *builtin(void) {
  colead_framework *framework = NULL;
  CHECK(colead_framework_create_builtin(&framework, NULL) == COLEAD_OK);
  return framework;
}

static void csv_stream(struct ArrowArrayStream *out, const char *csv, int *released) {
  make_csv_stream(out, csv, strlen(csv), released);
}

/* Whether the text is what a call wrote; frees it. */
static int is(colead_string *string, const char *text) {
  int same = strcmp(colead_string_get_data(string), text) == 0;
  colead_string_free(string);
  return same;
}

static int has(colead_string *string, const char *part) {
  int found = strstr(colead_string_get_data(string), part) != NULL;
  colead_string_free(string);
  return found;
}

static void test_frameworks(void) {
  colead_error *err = NULL;
  colead_string *out = NULL;
  size_t size = 0;
  colead_framework *framework = builtin();
  CHECK(strcmp(colead_framework_get_id(framework, &size), "collective-leadership") == 0 && size == 21);
  CHECK(strlen(colead_framework_get_version(framework, NULL)) >= 5);
  CHECK(strlen(colead_framework_get_sha256(framework, &size)) == 64 && size == 64);
  CHECK(strlen(colead_framework_get_logic_sha256(framework, NULL)) == 64);
  CHECK(colead_framework_get_confidence(framework) == 0.9);
  CHECK(colead_framework_write_json(framework, &out, &err) == COLEAD_OK);
  CHECK(has(out, "\"id\":\"challenge.technical\""));
  CHECK(colead_framework_write_diff(framework, framework, NULL, 0, &out, &err) == COLEAD_OK);
  CHECK(has(out, "\"matters\":false"));
  CHECK(colead_framework_write_diff(framework, framework, TEXT("[{\"definable\": 1, \"wings\": 2}]"), &out, &err) == COLEAD_OK);
  CHECK(has(out, "\"code\":\"unknown_measure\""));
  expect(&err, colead_framework_write_diff(framework, framework, TEXT("[3]"), &out, &err), COLEAD_ERROR_INPUT, "wrong_type");
  expect(&err, colead_framework_write_diff(framework, NULL, NULL, 0, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(colead_framework_write_mutants_json(framework, &out, &err) == COLEAD_OK);
  CHECK(has(out, "\"survivors\":[]"));
  expect(&err, colead_framework_write_mutants_json(NULL, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  colead_framework *second = colead_framework_clone(framework);
  CHECK(second == framework);
  colead_framework_free(framework);
  CHECK(colead_framework_get_confidence(second) == 0.9); /* lives on */
  colead_framework_free(second);

  colead_framework *untouched = (colead_framework *)&untouched;
  colead_framework *const before = untouched;
  expect(&err, colead_framework_create_builtin(NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_framework_create_from_text(TEXT("= 1"), &untouched, &err), COLEAD_ERROR_RULEBOOK, "syntax");
  expect(&err, colead_framework_create_from_text(NULL, 0, &untouched, &err), COLEAD_ERROR_RULEBOOK, "missing_key");
  expect(&err, colead_framework_create_from_text(NULL, 9, &untouched, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_framework_create_from_text("x", SIZE_MAX, &untouched, &err), COLEAD_ERROR_ARGUMENT, "bad_size");
  expect(&err, colead_framework_create_from_text(TEXT("\xff"), &untouched, &err), COLEAD_ERROR_INPUT, "invalid_utf8");
  CHECK(untouched == before);
  CHECK(colead_framework_create_from_text(TEXT("a = 1\nb = 2"), &untouched, &err) == COLEAD_ERROR_RULEBOOK);
  CHECK(colead_error_write_json(err, &out, NULL) == COLEAD_OK);
  CHECK(has(out, "\"line\":2")); /* every fault is told, not only the first */
  colead_error_free(err);
  err = NULL;
  CHECK(colead_rulebook_check(TEXT("a = 1"), &out, &err) == COLEAD_OK);
  CHECK(has(out, "\"code\":\"unknown_key\""));
  expect(&err, colead_rulebook_check(NULL, 1, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");

  CHECK(strcmp(colead_framework_get_id(NULL, NULL), "") == 0);
  CHECK(strcmp(colead_framework_get_version(NULL, NULL), "") == 0);
  CHECK(strcmp(colead_framework_get_sha256(NULL, NULL), "") == 0);
  CHECK(strcmp(colead_framework_get_logic_sha256(NULL, NULL), "") == 0);
  CHECK(colead_framework_get_confidence(NULL) == 0);
  CHECK(colead_framework_clone(NULL) == NULL);
  expect(&err, colead_framework_write_json(NULL, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  colead_framework_free(NULL);
}

static void test_judgments(void) {
  static const char question[] = "direction";
  static const char measures[] = "{\"direction\": [81.5, 2.25, 30]}";
  colead_framework *framework = builtin();
  colead_judgment *judgment = NULL;
  colead_string *out = NULL;
  colead_error *err = NULL;
  size_t size = 7;
  CHECK(colead_framework_judge(framework, TEXT(question), TEXT(measures), 0, &judgment, &err) == COLEAD_OK);
  CHECK(strcmp(colead_judgment_get_status(judgment), "answer") == 0);
  CHECK(strcmp(colead_judgment_get_answer(judgment, &size), "strong") == 0 && size == 6);
  colead_judgment *second = colead_judgment_clone(judgment);
  colead_judgment_free(judgment);
  colead_framework_free(framework); /* a judgment does not need it any longer */
  CHECK(colead_judgment_write_answer_json(second, &out, NULL) == COLEAD_OK && is(out, "\"strong\""));
  CHECK(colead_judgment_write_json(second, &out, NULL) == COLEAD_OK && has(out, "\"confidence\":0.9,"));
  CHECK(colead_judgment_explain(second, &out, NULL) == COLEAD_OK && has(out, "direction.strong"));
  CHECK(colead_judgment_write_explanation_json(second, &out, NULL) == COLEAD_OK && has(out, "\"steps\":["));
  CHECK(colead_judgment_explain_as(second, TEXT("one_line"), &out, NULL) == COLEAD_OK && has(out, "Direction: strong"));
  expect(&err, colead_judgment_explain_as(second, TEXT("long"), &out, &err), COLEAD_ERROR_INPUT, "unknown_form");
  CHECK(colead_judgment_write_counterfactuals_json(second, NULL, 0, &out, NULL) == COLEAD_OK &&
        has(out, "would change the conclusion"));
  CHECK(colead_judgment_write_counterfactuals_json(second, TEXT("[\"direction\"]"), &out, NULL) == COLEAD_OK &&
        is(out, "[]"));
  expect(&err, colead_judgment_write_counterfactuals_json(second, TEXT("[\"direktion\"]"), &out, &err),
         COLEAD_ERROR_INPUT, "unknown_measure");
  CHECK(colead_judgment_write_evidence_json(second, 0, &out, NULL) == COLEAD_OK && has(out, "\"could\":[]"));
  CHECK(colead_judgment_write_robustness_json(second, &out, NULL) == COLEAD_OK && has(out, "\"flips_at\":"));
  CHECK(colead_judgment_write_next_questions_json(second, &out, NULL) == COLEAD_OK && is(out, "[]"));
  expect(&err, colead_judgment_write_json(second, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  colead_judgment_free(second);

  framework = builtin();
  colead_judgment *untouched = (colead_judgment *)&untouched;
  colead_judgment *const before = untouched;
  /* 0 is the framework's own confidence; nothing else stands for it. */
  const double never[] = {NAN, INFINITY, -INFINITY, 0.5, 1, -0.9, 1e-300};
  for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
    expect(&err, colead_framework_judge(framework, TEXT(question), TEXT(measures), never[i], &untouched, &err),
           COLEAD_ERROR_INPUT, "bad_confidence");
    expect(&err, colead_challenge_classify(framework, TEXT("{}"), NULL, 0, never[i], &untouched, &err),
           COLEAD_ERROR_INPUT, "bad_confidence");
  }
  expect(&err, colead_framework_judge(NULL, TEXT(question), TEXT(measures), 0, &untouched, &err),
         COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_framework_judge(framework, NULL, 1, TEXT(measures), 0, &untouched, &err), COLEAD_ERROR_ARGUMENT,
         "null_argument");
  expect(&err, colead_framework_judge(framework, NULL, 0, TEXT(measures), 0, &untouched, &err), COLEAD_ERROR_INPUT,
         "unknown_question");
  expect(&err, colead_framework_judge(framework, "direction\0", 10, TEXT(measures), 0, &untouched, &err),
         COLEAD_ERROR_INPUT, "unknown_question"); /* a NUL ends nothing */
  expect(&err, colead_framework_judge(framework, "directio\xc3", 9, TEXT(measures), 0, &untouched, &err),
         COLEAD_ERROR_INPUT, "invalid_utf8");
  expect(&err, colead_framework_judge(framework, TEXT(question), NULL, 0, 0, &untouched, &err), COLEAD_ERROR_INPUT,
         "syntax");
  expect(&err, colead_framework_judge(framework, TEXT(question), measures, sizeof measures - 3, 0, &untouched, &err),
         COLEAD_ERROR_INPUT, "syntax"); /* cut off */
  expect(&err, colead_framework_judge(framework, TEXT(question), measures, sizeof measures, 0, &untouched, &err),
         COLEAD_ERROR_INPUT, "syntax"); /* the NUL too */
  expect(&err, colead_framework_judge(framework, TEXT(question), TEXT("{\"direction\": NaN}"), 0, &untouched, &err),
         COLEAD_ERROR_INPUT, "syntax");
  expect(&err, colead_framework_judge(framework, TEXT(question), TEXT("{\"direction\": 1e999}"), 0, &untouched, &err),
         COLEAD_ERROR_INPUT, "syntax");
  expect(&err, colead_framework_judge(framework, TEXT(question), TEXT(measures), 0, NULL, &err),
         COLEAD_ERROR_ARGUMENT, "null_argument");
  char *deep = (char *)malloc(200000);
  CHECK(deep != NULL);
  memset(deep, '[', 200000);
  expect(&err, colead_challenge_classify(framework, deep, 200000, NULL, 0, 0, &untouched, &err), COLEAD_ERROR_INPUT,
         "too_deep");
  free(deep);
  expect(&err, colead_challenge_classify(framework, TEXT("{}"), NULL, 2, 0, &untouched, &err), COLEAD_ERROR_ARGUMENT,
         "null_argument");
  CHECK(untouched == before);
  CHECK(colead_challenge_classify(framework, TEXT("{\"definable\": false}"), "", 0, 0, &judgment, &err) == COLEAD_OK);
  CHECK(strcmp(colead_judgment_get_status(judgment), "insufficient") == 0);
  CHECK(strcmp(colead_judgment_get_answer(judgment, &size), "") == 0 && size == 0);
  CHECK(colead_judgment_write_answer_json(judgment, &out, NULL) == COLEAD_OK && is(out, "null"));
  colead_judgment_free(judgment);
  colead_framework_free(framework);

  CHECK(strcmp(colead_judgment_get_status(NULL), "") == 0);
  CHECK(strcmp(colead_judgment_get_answer(NULL, NULL), "") == 0);
  CHECK(colead_judgment_clone(NULL) == NULL);
  expect(&err, colead_judgment_explain(NULL, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  colead_judgment_free(NULL);
}

static void test_tables_are_judged(void) {
  colead_framework *framework = builtin();
  colead_error *err = NULL;
  int released = 0;
  struct ArrowArrayStream table, out;
  struct ArrowSchema schema;
  struct ArrowArray array;
  memset(&out, 0, sizeof out);
  csv_stream(&table, "unit,direction,direction.se\nx,90,1\ny,,\nz,10,2.5\n", &released);
  CHECK(colead_framework_judge_stream(framework, &table, TEXT("[\"direction\"]"), 0, &out, &err) == COLEAD_OK);
  CHECK(released == 1 && table.release == NULL);
  CHECK(out.get_schema(&out, &schema) == 0);
  CHECK(schema.n_children > 3 && strcmp(schema.children[1]->name, "direction.status") == 0);
  CHECK(strcmp(schema.children[2]->name, "direction.answer") == 0);
  CHECK(strcmp(schema.children[3]->format, "l") == 0); /* codes of rules */
  schema.release(&schema);
  CHECK(out.get_next(&out, &array) == 0 && array.length == 3);
  CHECK(array.children[2]->null_count == 1);
  const int32_t *offsets = (const int32_t *)array.children[2]->buffers[1];
  const char *text = (const char *)array.children[2]->buffers[2];
  CHECK(offsets[3] == 10 && memcmp(text, "strongweak", 10) == 0);
  array.release(&array);
  CHECK(out.get_next(&out, &array) == 0 && array.release == NULL);
  out.release(&out);

  /* A result can be left unread; the table is consumed whatever is wrong. */
  csv_stream(&table, "unit,direction\nx,90\n", &released);
  CHECK(colead_framework_judge_stream(framework, &table, NULL, 0, 0, &out, &err) == COLEAD_OK);
  out.release(&out);
  static const struct {
    const char *csv, *questions, *code;
  } bad[] = {
      {"unit,direktion\nx,90\n", "", "unknown_measure"},  {"unit,direction\nx,101\n", "", "out_of_range"},
      {"unit,direction\nx,high\n", "", "not_a_number"},   {"direction.se\n1\n", "", "missing_column"},
      {"unit,direction\nx,90\n", "[]]", "syntax"},        {"unit,direction\nx,90\n", "\"direction\"", "wrong_type"},
      {"unit,direction\nx,90\n", "[1]", "wrong_type"},    {"unit,direction\nx,90\n", "[\"x\"]", "unknown_question"},
      {"direction,direction\n1,2\n", "", "duplicate_column"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    released = 0;
    csv_stream(&table, bad[i].csv, &released);
    expect(&err,
           colead_framework_judge_stream(framework, &table, bad[i].questions, strlen(bad[i].questions), 0, &out, &err),
           COLEAD_ERROR_INPUT, bad[i].code);
    CHECK(released == 1 && table.release == NULL && out.release == NULL);
  }
  csv_stream(&table, "unit,direction\nx,90\n", &released);
  expect(&err, colead_framework_judge_stream(NULL, &table, NULL, 0, 0, &out, &err), COLEAD_ERROR_ARGUMENT,
         "null_argument");
  CHECK(table.release == NULL);
  csv_stream(&table, "unit,direction\nx,90\n", &released);
  expect(&err, colead_framework_judge_stream(framework, &table, NULL, 0, 0, NULL, &err), COLEAD_ERROR_ARGUMENT,
         "null_argument");
  CHECK(table.release == NULL);
  csv_stream(&table, "unit,direction\nx,90\n", &released);
  expect(&err, colead_framework_judge_stream(framework, &table, NULL, 0, NAN, &out, &err), COLEAD_ERROR_INPUT,
         "bad_confidence");
  CHECK(table.release == NULL && released == 4);
  expect(&err, colead_framework_judge_stream(framework, &table, NULL, 0, 0, &out, &err), COLEAD_ERROR_ARGUMENT,
         "released_stream");
  colead_framework_free(framework);
}

static colead_instrument *pulse(void) {
  colead_instrument *instrument = NULL;
  CHECK(colead_instrument_create_from_text(TEXT(PULSE), &instrument, NULL) == COLEAD_OK);
  return instrument;
}

static void test_instruments(void) {
  colead_instrument *instrument = NULL, *back = NULL;
  colead_string *out = NULL, *again = NULL;
  colead_error *err = NULL;
  CHECK(colead_instrument_create_builtin(TEXT("collective-leadership"), &instrument, &err) == COLEAD_OK);
  CHECK(colead_instrument_write_json(instrument, &out, &err) == COLEAD_OK);
  CHECK(colead_instrument_create_from_text(colead_string_get_data(out), colead_string_get_size(out), &back, &err) ==
        COLEAD_OK);
  CHECK(colead_instrument_write_json(back, &again, &err) == COLEAD_OK);
  CHECK(is(again, colead_string_get_data(out)));
  colead_string_free(out);
  colead_instrument *second = colead_instrument_clone(instrument);
  colead_instrument_free(instrument);
  CHECK(colead_instrument_write_json(second, &out, &err) == COLEAD_OK && has(out, "\"id\":\"collective-leadership\""));
  colead_instrument_free(second);
  colead_instrument_free(back);
  back = NULL;
  expect(&err, colead_instrument_create_builtin(TEXT("collective"), &back, &err), COLEAD_ERROR_INPUT,
         "unknown_instrument");
  expect(&err, colead_instrument_create_builtin(NULL, 0, &back, &err), COLEAD_ERROR_INPUT, "unknown_instrument");
  expect(&err, colead_instrument_create_from_text(TEXT("{}"), &back, &err), COLEAD_ERROR_RULEBOOK, "missing_key");
  expect(&err, colead_instrument_create_from_text(PULSE, sizeof PULSE - 2, &back, &err), COLEAD_ERROR_RULEBOOK,
         "syntax");
  expect(&err, colead_instrument_create_from_text(TEXT(PULSE), NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_instrument_write_json(NULL, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(back == NULL && colead_instrument_clone(NULL) == NULL);
  colead_instrument_free(NULL);
}

static colead_status add(colead_tally *tally, const char *csv, const colead_answer_options *options,
                         colead_string **loss, colead_error **err) {
  struct ArrowArrayStream stream;
  int released = 0;
  csv_stream(&stream, csv, &released);
  colead_status status = colead_tally_add_stream(tally, &stream, options, loss, err);
  CHECK(released == 1 && stream.release == NULL);
  return status;
}

static int same_digest(const colead_tally *a, const colead_tally *b) {
  colead_string *x = NULL, *y = NULL;
  CHECK(colead_tally_write_digest(a, &x, NULL) == COLEAD_OK);
  CHECK(colead_tally_write_digest(b, &y, NULL) == COLEAD_OK);
  CHECK(colead_string_get_size(x) == 64);
  int same = is(x, colead_string_get_data(y));
  colead_string_free(y);
  return same;
}

static void test_tallies(void) {
  colead_instrument *instrument = pulse();
  colead_tally *tally = NULL, *kept = NULL, *other = NULL;
  colead_string *out = NULL;
  colead_error *err = NULL;
  CHECK(colead_tally_create(instrument, &tally, &err) == COLEAD_OK);
  CHECK(add(tally, "unit,a,b,c\nx,5,1,\nx,4,,7\ny,1,5,\n", NULL, &out, &err) == COLEAD_OK);
  CHECK(is(out, "{\"dont_know\":0,\"ignored_columns\":[\"c\"],\"missing_answers\":1,\"rows\":3}"));
  CHECK(colead_tally_clone(tally, &kept, &err) == COLEAD_OK && same_digest(tally, kept));

  /* On error the tally is unchanged. */
  colead_string *untouched = (colead_string *)&untouched;
  colead_string *const before = untouched;
  colead_answer_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.strict = 1;
  expect(&err, add(tally, "unit,a,b,c\nx,5,1,\n", &options, &untouched, &err), COLEAD_ERROR_INPUT, "unknown_item");
  expect(&err, add(tally, "unit,a\nx,5\n", NULL, &untouched, &err), COLEAD_ERROR_INPUT, "missing_item");
  expect(&err, add(tally, "unit,a,b\nx,5,1\nx,6,1\n", NULL, &untouched, &err), COLEAD_ERROR_INPUT, "out_of_range");
  expect(&err, add(tally, "unit,a,b\n", NULL, &untouched, &err), COLEAD_ERROR_INPUT, "empty_table");
  expect(&err, add(NULL, "unit,a,b\nx,5,1\n", NULL, &untouched, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_tally_add_stream(tally, NULL, NULL, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  options.struct_size = 3;
  expect(&err, add(tally, "unit,a,b\nx,5,1\n", &options, NULL, &err), COLEAD_ERROR_ARGUMENT, "bad_struct_size");
  options.struct_size = SIZE_MAX;
  expect(&err, add(tally, "unit,a,b\nx,5,1\n", &options, NULL, &err), COLEAD_ERROR_ARGUMENT, "bad_struct_size");
  options.struct_size = sizeof options;
  options.unit = "\xff";
  options.unit_size = 1;
  expect(&err, add(tally, "unit,a,b\nx,5,1\n", &options, NULL, &err), COLEAD_ERROR_INPUT, "invalid_utf8");
  options.unit = NULL;
  expect(&err, add(tally, "unit,a,b\nx,5,1\n", &options, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(untouched == before && same_digest(tally, kept));

  /* A caller of a later version may pass more, as long as it asks for nothing unknown. */
  struct {
    colead_answer_options known;
    uint64_t later;
  } larger;
  memset(&larger, 0, sizeof larger);
  larger.known.struct_size = sizeof larger;
  larger.known.unit = "team";
  larger.known.unit_size = 4;
  larger.known.wave = "year";
  larger.known.wave_size = 4;
  CHECK(colead_tally_create(instrument, &other, &err) == COLEAD_OK);
  CHECK(add(other, "team,year,a,b\nz,2025,3,3\n", &larger.known, NULL, &err) == COLEAD_OK);
  larger.later = 1;
  expect(&err, add(other, "team,year,a,b\nz,2025,3,3\n", &larger.known, NULL, &err), COLEAD_ERROR_ARGUMENT,
         "newer_options");
  larger.known.struct_size = offsetof(colead_answer_options, wave); /* an older caller */
  CHECK(add(other, "team,year,a,b\nz,2025,3,3\n", &larger.known, NULL, &err) == COLEAD_OK);

  CHECK(colead_tally_merge(tally, other, &err) == COLEAD_OK && !same_digest(tally, kept));
  CHECK(colead_tally_subtract(tally, other, &err) == COLEAD_OK && same_digest(tally, kept));
  expect(&err, colead_tally_subtract(tally, other, &err), COLEAD_ERROR_INPUT, "impossible_subtraction");
  expect(&err, colead_tally_merge(tally, tally, &err), COLEAD_ERROR_ARGUMENT, "same_object");
  expect(&err, colead_tally_subtract(tally, tally, &err), COLEAD_ERROR_ARGUMENT, "same_object");
  expect(&err, colead_tally_merge(NULL, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_tally_merge(tally, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  colead_instrument *foreign = NULL;
  colead_tally *stranger = NULL;
  CHECK(colead_instrument_create_builtin(TEXT("ccl-dac"), &foreign, &err) == COLEAD_OK);
  CHECK(colead_tally_create(foreign, &stranger, &err) == COLEAD_OK);
  expect(&err, colead_tally_merge(tally, stranger, &err), COLEAD_ERROR_INPUT, "instrument_mismatch");
  CHECK(same_digest(tally, kept));
  colead_tally_free(stranger);
  colead_instrument_free(foreign);

  /* Measures, as rows and as a table. */
  struct ArrowArrayStream stream;
  struct ArrowSchema schema;
  struct ArrowArray array;
  memset(&stream, 0, sizeof stream);
  CHECK(colead_tally_measure_json(tally, TEXT("items"), &out, &err) == COLEAD_OK && has(out, "\"item\":\"b\""));
  expect(&err, colead_tally_measure_json(tally, TEXT("score"), &out, &err), COLEAD_ERROR_INPUT, "unknown_name");
  expect(&err, colead_tally_measure_stream(tally, NULL, 0, &stream, &err), COLEAD_ERROR_INPUT, "unknown_name");
  expect(&err, colead_tally_measure_stream(tally, TEXT("scores"), NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(stream.release == NULL);
  CHECK(colead_tally_measure_stream(tally, TEXT("scores"), &stream, &err) == COLEAD_OK);
  colead_tally_free(tally); /* the stream outlives it */
  CHECK(stream.get_schema(&stream, &schema) == 0);
  CHECK(schema.n_children == 11 && strcmp(schema.children[0]->name, "unit") == 0);
  CHECK(strcmp(schema.children[5]->name, "value") == 0 && strcmp(schema.children[5]->format, "g") == 0);
  CHECK(strcmp(schema.children[9]->name, "n") == 0 && strcmp(schema.children[9]->format, "l") == 0);
  schema.release(&schema);
  CHECK(stream.get_next(&stream, &array) == 0 && array.length > 4);
  CHECK(((const double *)array.children[5]->buffers[1])[0] == 4.5); /* x: 5 and 4 are 5, 5 and 4 -> 4.5 */
  array.release(&array);
  stream.release(&stream);

  colead_tally_free(other);
  colead_tally_free(kept);
  colead_instrument_free(instrument);
  colead_tally_free(NULL);
}

static void test_tallies_travel(void) {
  colead_instrument *instrument = pulse();
  colead_tally *tally = NULL, *back = NULL;
  colead_bytes *bytes = NULL;
  colead_error *err = NULL;
  CHECK(colead_tally_create(instrument, &tally, &err) == COLEAD_OK);
  CHECK(add(tally, "unit,a,b\nx,5,1\ny,1,5\n", NULL, NULL, &err) == COLEAD_OK);
  CHECK(colead_tally_write_bytes(tally, &bytes, &err) == COLEAD_OK);
  const uint8_t *data = colead_bytes_get_data(bytes);
  const size_t size = colead_bytes_get_size(bytes);
  CHECK(colead_tally_create_from_bytes(data, size, NULL, &back, &err) == COLEAD_OK && same_digest(tally, back));
  expect(&err, add(back, "unit,a,b\nx,5,1\n", NULL, NULL, &err), COLEAD_ERROR_INPUT, "no_instrument");
  colead_tally_free(back);
  CHECK(colead_tally_create_from_bytes(data, size, instrument, &back, &err) == COLEAD_OK);
  CHECK(add(back, "unit,a,b\nx,5,1\n", NULL, NULL, &err) == COLEAD_OK);
  colead_tally_free(back);
  back = NULL;

  colead_instrument *foreign = NULL;
  CHECK(colead_instrument_create_builtin(TEXT("ccl-dac"), &foreign, &err) == COLEAD_OK);
  expect(&err, colead_tally_create_from_bytes(data, size, foreign, &back, &err), COLEAD_ERROR_INPUT,
         "instrument_mismatch");
  colead_instrument_free(foreign);
  /* Every cut is refused, and so is every flipped bit, at the exact size of its memory. */
  for (size_t cut = 0; cut < size; cut++) {
    uint8_t *part = (uint8_t *)malloc(cut + 1);
    CHECK(part != NULL);
    memcpy(part, data, cut);
    expect(&err, colead_tally_create_from_bytes(cut == 0 ? NULL : part, cut, NULL, &back, &err), COLEAD_ERROR_INPUT,
           "truncated");
    free(part);
  }
  uint8_t *flipped = (uint8_t *)malloc(size + 1);
  CHECK(flipped != NULL);
  for (size_t i = 0; i < size; i++) {
    memcpy(flipped, data, size);
    flipped[i] ^= 0x10;
    CHECK(colead_tally_create_from_bytes(flipped, size, NULL, &back, &err) == COLEAD_ERROR_INPUT);
    colead_error_free(err);
    err = NULL;
  }
  memcpy(flipped, data, size);
  flipped[8] = 3; /* the version */
  expect(&err, colead_tally_create_from_bytes(flipped, size, NULL, &back, &err), COLEAD_ERROR_INPUT, "newer_format");
  memcpy(flipped, "PNG", 3);
  expect(&err, colead_tally_create_from_bytes(flipped, size, NULL, &back, &err), COLEAD_ERROR_INPUT, "foreign");
  memcpy(flipped, data, size);
  flipped[size] = 0;
  expect(&err, colead_tally_create_from_bytes(flipped, size + 1, NULL, &back, &err), COLEAD_ERROR_INPUT,
         "inconsistent");
  free(flipped);
  expect(&err, colead_tally_create_from_bytes(NULL, 9, NULL, &back, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_tally_create_from_bytes(data, size, NULL, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(back == NULL);
  expect(&err, colead_tally_write_bytes(NULL, &bytes, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(colead_bytes_get_data(NULL) == NULL && colead_bytes_get_size(NULL) == 0);
  colead_bytes_free(bytes);
  colead_bytes_free(NULL);
  colead_tally_free(tally);
  colead_instrument_free(instrument);
}

static void fill(colead_evidence *evidence, const char *name, const char *text) {
  colead_file file = {name, strlen(name), (const uint8_t *)text, strlen(text)};
  CHECK(colead_evidence_add_file(evidence, &file, NULL) == COLEAD_OK);
}

static const char SETTINGS[] = "instrument = 'pulse.json'\nconfidence = 0.8\nseed = 4\n[policy]\nmin_group = 3\n";

/* Files and a stream together: six people in x, one in y. */
static colead_evidence *survey(const char *settings) {
  colead_evidence *evidence = NULL;
  struct ArrowArrayStream stream;
  CHECK(colead_evidence_create(&evidence, NULL) == COLEAD_OK);
  fill(evidence, "organization.csv", "unit,parent\np,\nx,p\ny,p\n");
  fill(evidence, "pulse.json", PULSE);
  fill(evidence, "photo.png", "not evidence");
  if (settings != NULL) {
    fill(evidence, "colead.toml", settings);
  }
  csv_stream(&stream, "unit,a,b\nx,5,1\nx,4,1\nx,5,2\nx,4,2\nx,5,1\nx,3,3\ny,1,5\n", NULL);
  CHECK(colead_evidence_add_stream(evidence, TEXT("responses"), &stream, NULL) == COLEAD_OK);
  return evidence;
}

static void test_assessments(void) {
  colead_evidence *evidence = survey(SETTINGS);
  colead_assessment *assessment = NULL;
  colead_release *release = NULL;
  colead_string *out = NULL, *ledger = NULL;
  colead_error *err = NULL;
  CHECK(colead_evidence_assess(evidence, NULL, &assessment, &err) == COLEAD_OK);
  CHECK(colead_assessment_write_unread_json(assessment, &out, &err) == COLEAD_OK && is(out, "[\"photo.png\"]"));
  CHECK(colead_assessment_write_measures_json(assessment, &out, &err) == COLEAD_OK);
  colead_string_free(out);
  CHECK(colead_assessment_release(assessment, NULL, 0, NULL, 0, &release, &ledger, &err) == COLEAD_OK);
  CHECK(colead_release_write_json(release, &out, &err) == COLEAD_OK);
  CHECK(strstr(colead_string_get_data(out), "\"confidence\":0.8,") != NULL);
  CHECK(strstr(colead_string_get_data(out), "\"seed\":4") != NULL);
  CHECK(has(out, "\"min_group\":3,")); /* colead.toml speaks where the caller does not */
  CHECK(colead_release_write_text(release, &out, &err) == COLEAD_OK && has(out, "unvalidated"));
  colead_release *second = colead_release_clone(release);
  colead_release_free(release);
  colead_release_free(second);
  /* Again, with the ledger and other terms. */
  CHECK(colead_assessment_release(assessment, TEXT("{\"min_group\": 2, \"purpose\": \"research\"}"),
                                  colead_string_get_data(ledger), colead_string_get_size(ledger), &release, &out,
                                  &err) == COLEAD_OK);
  CHECK(has(out, "\"version\":2,"));
  CHECK(colead_release_write_sheet(release, &out, &err) == COLEAD_OK && has(out, "Never shown"));
  const char *tables = "{\"cells\":[{\"cell\":\"t\",\"n\":12},{\"cell\":\"a\",\"n\":9},"
                       "{\"cell\":\"b\",\"n\":3,\"released\":false}],"
                       "\"relations\":[{\"total\":\"t\",\"part\":\"a\"},{\"total\":\"t\",\"part\":\"b\"}]}";
  CHECK(colead_audit(tables, strlen(tables), &out, &err) == COLEAD_OK && has(out, "\"cell\":\"b\""));
  expect(&err, colead_audit(TEXT("{}"), &out, &err), COLEAD_ERROR_INPUT, "nothing_to_audit");
  expect(&err, colead_release_explain(release, TEXT("x"), TEXT("directions"), &out, &err), COLEAD_ERROR_INPUT,
         "unknown_subject");
  colead_release_free(release);

  colead_release *untouched = (colead_release *)&untouched;
  colead_release *const before = untouched;
  static const struct {
    const char *policy, *ledger, *code;
    colead_status status;
  } bad[] = {
      {"{\"min_group\": 1}", "", "bad_min_group", COLEAD_ERROR_DISCLOSURE},
      {"{\"purpose\": \"promotion\"}", "", "purpose_refused", COLEAD_ERROR_DISCLOSURE},
      {"{\"purpose\": \"fun\"}", "", "unknown_purpose", COLEAD_ERROR_DISCLOSURE},
      {"{\"unrestricted\": true, \"min_group\": 5}", "", "bad_policy", COLEAD_ERROR_INPUT},
      {"{\"mingroup\": 5}", "", "unknown_key", COLEAD_ERROR_INPUT},
      {"{\"min_group\": 5", "", "syntax", COLEAD_ERROR_INPUT},
      {"null", "", "syntax", COLEAD_ERROR_INPUT},
      {"", "{}", "bad_ledger", COLEAD_ERROR_INPUT},
      {"", "{\"format\": 9}", "other_format", COLEAD_ERROR_INPUT},
      {"", "[", "syntax", COLEAD_ERROR_INPUT},
      {"", "{\"format\": 3, \"library\": \"0.0.0\"}", "other_library", COLEAD_ERROR_INPUT},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    expect(&err,
           colead_assessment_release(assessment, bad[i].policy, strlen(bad[i].policy), bad[i].ledger,
                                     strlen(bad[i].ledger), &untouched, &out, &err),
           bad[i].status, bad[i].code);
  }
  expect(&err, colead_assessment_release(NULL, NULL, 0, NULL, 0, &untouched, NULL, &err), COLEAD_ERROR_ARGUMENT,
         "null_argument");
  expect(&err, colead_assessment_release(assessment, NULL, 0, NULL, 0, NULL, NULL, &err), COLEAD_ERROR_ARGUMENT,
         "null_argument");
  expect(&err, colead_assessment_release(assessment, "\xff", 1, NULL, 0, &untouched, NULL, &err), COLEAD_ERROR_INPUT,
         "invalid_utf8");
  CHECK(untouched == before);
  colead_assessment *more = colead_assessment_clone(assessment);
  colead_assessment_free(assessment);
  CHECK(colead_assessment_write_unread_json(more, &out, &err) == COLEAD_OK);
  colead_string_free(out);
  colead_assessment_free(more);
  colead_string_free(ledger);
  colead_evidence_free(evidence);

  CHECK(colead_assessment_clone(NULL) == NULL && colead_release_clone(NULL) == NULL);
  expect(&err, colead_assessment_write_measures_json(NULL, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_release_write_text(NULL, &out, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  colead_assessment_free(NULL);
  colead_release_free(NULL);
}

static void test_options_of_an_assessment(void) {
  colead_evidence *evidence = survey(NULL);
  colead_instrument *instrument = pulse();
  colead_framework *framework = builtin();
  colead_assessment *assessment = NULL;
  colead_release *release = NULL;
  colead_string *out = NULL;
  colead_error *err = NULL;
  uint64_t seed = 11;
  colead_assess_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  /* Without colead.toml the JSON of an instrument is no evidence, and the name of no table. */
  expect(&err, colead_evidence_assess(evidence, &options, &assessment, &err), COLEAD_ERROR_INPUT, "unknown_table");
  colead_evidence_free(evidence);
  evidence = survey(SETTINGS);
  options.instrument = instrument;
  options.framework = framework;
  options.confidence = 0.95;
  options.seed = &seed;
  CHECK(colead_evidence_assess(evidence, &options, &assessment, &err) == COLEAD_OK);
  colead_framework_free(framework); /* what was assessed keeps what it needs */
  colead_instrument_free(instrument);
  CHECK(colead_assessment_release(assessment, TEXT("{\"unrestricted\": true}"), NULL, 0, &release, NULL, &err) ==
        COLEAD_OK);
  colead_assessment_free(assessment);
  assessment = NULL;
  CHECK(colead_release_write_json(release, &out, &err) == COLEAD_OK);
  CHECK(strstr(colead_string_get_data(out), "\"confidence\":0.95,") != NULL);
  CHECK(has(out, "\"seed\":11")); /* the caller wins over colead.toml */
  colead_release_free(release);

  options.framework = NULL;
  options.instrument = NULL;
  options.confidence = NAN;
  expect(&err, colead_evidence_assess(evidence, &options, &assessment, &err), COLEAD_ERROR_INPUT, "bad_confidence");
  options.confidence = 0;
  seed = UINT64_MAX;
  expect(&err, colead_evidence_assess(evidence, &options, &assessment, &err), COLEAD_ERROR_INPUT, "bad_seed");
  options.struct_size = 0;
  expect(&err, colead_evidence_assess(evidence, &options, &assessment, &err), COLEAD_ERROR_ARGUMENT,
         "bad_struct_size");
  expect(&err, colead_evidence_assess(NULL, NULL, &assessment, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_evidence_assess(evidence, NULL, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  colead_evidence_free(evidence);

  CHECK(colead_evidence_create(&evidence, NULL) == COLEAD_OK);
  expect(&err, colead_evidence_assess(evidence, NULL, &assessment, &err), COLEAD_ERROR_INPUT, "no_evidence");
  fill(evidence, "facts.csv", "unit,measure,value\nx,\xff,1\n"); /* bytes are read when they are assessed */
  CHECK(colead_evidence_assess(evidence, NULL, &assessment, &err) == COLEAD_ERROR_INPUT);
  CHECK(strncmp(colead_error_get_path(err, NULL), "facts", 5) == 0);
  colead_error_free(err);
  err = NULL;
  fill(evidence, "colead.toml", "[policy]\nmin_group = 1\n");
  CHECK(assessment == NULL);
  colead_evidence_free(evidence);
}

static void test_files_in_memory(void) {
  colead_files *files = NULL;
  colead_error *err = NULL;
  colead_file file;
  int settings = 0;
  CHECK(colead_simulate_harbour_create(20, &files, &err) == COLEAD_OK);
  const size_t count = colead_files_count(files);
  CHECK(count > 5);
  for (size_t i = 0; i < count; i++) {
    CHECK(colead_files_get(files, i, &file, &err) == COLEAD_OK && file.name_size > 4 && file.data_size > 0);
    settings |= file.name_size == 11 && memcmp(file.name, "colead.toml", 11) == 0;
  }
  CHECK(settings);
  expect(&err, colead_files_get(files, count, &file, &err), COLEAD_ERROR_ARGUMENT, "out_of_bounds");
  expect(&err, colead_files_get(files, 0, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_files_get(NULL, 0, &file, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  expect(&err, colead_simulate_harbour_create(20, NULL, &err), COLEAD_ERROR_ARGUMENT, "null_argument");
  CHECK(colead_files_count(NULL) == 0);
  colead_files_free(files);
  colead_files_free(NULL);
}

static void *judge_often(void *argument) {
  const colead_framework *framework = (const colead_framework *)argument;
  for (int i = 0; i < 200; i++) {
    colead_judgment *judgment = NULL;
    colead_string *out = NULL;
    CHECK(colead_challenge_classify(framework, TEXT("{\"definable\": false}"), NULL, 0, 0, &judgment, NULL) ==
          COLEAD_OK);
    colead_framework *mine = colead_framework_clone(framework);
    CHECK(colead_judgment_write_json(judgment, &out, NULL) == COLEAD_OK);
    colead_framework_free(mine);
    colead_string_free(out);
    colead_judgment_free(judgment);
  }
  return NULL;
}

static void test_many_threads_judge(void) {
  colead_framework *framework = builtin();
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    CHECK(pthread_create(&threads[i], NULL, judge_often, framework) == 0);
  }
  for (int i = 0; i < 4; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
  }
  colead_framework_free(framework);
}

int main(void) {
  test_frameworks();
  test_judgments();
  test_tables_are_judged();
  test_instruments();
  test_tallies();
  test_tallies_travel();
  test_assessments();
  test_options_of_an_assessment();
  test_files_in_memory();
  test_many_threads_judge();
  puts("c main job: ok");
  return 0;
}
