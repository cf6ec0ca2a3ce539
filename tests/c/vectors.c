/* The conformance vectors of tests/vectors, run through C: `vectors FOLDER`. Their README says what they are. */
#include "check.h"

static const char *const WHAT[] = {"scores",      "items",     "differences", "favorability",
                                   "reliability", "agreement", "aggregation"};

/* The files of one case, and what the calls gave. */
struct vector {
  const char *folder;
  const char *name;
  char *out;
  size_t out_size;
};

static void append(struct vector *v, const char *data, size_t size) {
  v->out = (char *)realloc(v->out, v->out_size + size + 1);
  CHECK(v->out != NULL);
  memcpy(v->out + v->out_size, data, size);
  v->out_size += size;
  v->out[v->out_size] = '\0';
}

static void append_string(struct vector *v, colead_string *string, const char *end) {
  append(v, colead_string_get_data(string), colead_string_get_size(string));
  append(v, end, strlen(end));
  colead_string_free(string);
}

/* A refused call is an outcome as well; frees the error. */
static int refused(struct vector *v, colead_status status, colead_error **err) {
  colead_string *json = NULL;
  if (status == COLEAD_OK) {
    return 0;
  }
  CHECK(colead_error_write_json(*err, &json, NULL) == COLEAD_OK);
  v->out_size = 0;
  append_string(v, json, "\n");
  colead_error_free(*err);
  return 1;
}

static char *part(const struct vector *v, const char *part, size_t *size) {
  char path[1024];
  CHECK(snprintf(path, sizeof path, "%s/%s.%s", v->folder, v->name, part) < (int)sizeof path);
  return read_file(path, size);
}

static double confidence(const struct vector *v) {
  size_t size;
  char *text = part(v, "confidence", &size);
  double value = text == NULL ? 0 : strtod(text, NULL);
  free(text);
  return value;
}

static void write_judgment(struct vector *v, colead_judgment *judgment) {
  colead_string *json = NULL;
  CHECK(colead_judgment_write_json(judgment, &json, NULL) == COLEAD_OK);
  append_string(v, json, "\n");
  colead_judgment_free(judgment);
}

static void classify(struct vector *v) {
  size_t facts_size, components_size;
  char *facts = part(v, "facts.json", &facts_size);
  char *components = part(v, "components.json", &components_size);
  colead_framework *framework = NULL;
  colead_judgment *judgment = NULL;
  colead_error *err = NULL;
  CHECK(colead_framework_create_builtin(&framework, NULL) == COLEAD_OK);
  colead_status status = colead_challenge_classify(framework, facts, facts_size, components, components_size,
                                                   confidence(v), &judgment, &err);
  if (!refused(v, status, &err)) {
    write_judgment(v, judgment);
  }
  colead_framework_free(framework);
  free(facts);
  free(components);
}

static void judge(struct vector *v) {
  size_t question_size, measures_size, rulebook_size;
  char *question = part(v, "question", &question_size);
  char *measures = part(v, "measures.json", &measures_size);
  char *rulebook = part(v, "rulebook.toml", &rulebook_size);
  colead_framework *framework = NULL;
  colead_judgment *judgment = NULL;
  colead_error *err = NULL;
  while (question_size > 0 && question[question_size - 1] == '\n') {
    question_size--;
  }
  colead_status status = rulebook == NULL
                             ? colead_framework_create_builtin(&framework, &err)
                             : colead_framework_create_from_text(rulebook, rulebook_size, &framework, &err);
  if (!refused(v, status, &err)) {
    status = colead_framework_judge(framework, question, question_size, measures, measures_size, confidence(v),
                                    &judgment, &err);
    if (!refused(v, status, &err)) {
      write_judgment(v, judgment);
    }
  }
  colead_framework_free(framework);
  free(question);
  free(measures);
  free(rulebook);
}

static colead_framework *framework_of(struct vector *v) {
  size_t size;
  char *text = part(v, "rulebook.toml", &size);
  colead_framework *framework = NULL;
  colead_error *err = NULL;
  colead_status status = text == NULL ? colead_framework_create_builtin(&framework, &err)
                                      : colead_framework_create_from_text(text, size, &framework, &err);
  free(text);
  return refused(v, status, &err) ? NULL : framework;
}

static void lint(struct vector *v) {
  size_t plan_size, known_size = 0;
  char *plan = part(v, "plan.json", &plan_size), *known = part(v, "diagnosis.json", &known_size);
  colead_framework *framework = framework_of(v);
  colead_string *out = NULL;
  colead_error *err = NULL;
  known_size = known == NULL ? 0 : known_size;
  if (framework != NULL && !refused(v, colead_framework_write_lint(framework, plan, plan_size, known, known_size,
                                                                   confidence(v), &out, &err), &err)) {
    append_string(v, out, "\n");
    CHECK(colead_framework_write_suggestions(framework, known, known_size, confidence(v), &out, NULL) == COLEAD_OK);
    append_string(v, out, "\n");
  }
  colead_framework_free(framework);
  free(plan);
  free(known);
}

static void compare(struct vector *v) {
  size_t size;
  char *cases = part(v, "cases.json", &size);
  colead_framework *builtin = NULL, *own = framework_of(v);
  colead_string *out = NULL;
  colead_error *err = NULL;
  CHECK(colead_framework_create_builtin(&builtin, NULL) == COLEAD_OK);
  if (own != NULL && !refused(v, colead_framework_write_comparison(builtin, own, cases, size, &out, &err), &err)) {
    append_string(v, out, "\n");
  }
  colead_framework_free(builtin);
  colead_framework_free(own);
  free(cases);
}

static void check(struct vector *v) {
  size_t size;
  char *rulebook = part(v, "rulebook.toml", &size);
  colead_string *json = NULL;
  CHECK(colead_rulebook_check(rulebook, size, &json, NULL) == COLEAD_OK);
  append_string(v, json, "\n");
  free(rulebook);
}

/* A tally of the answers in a part; its loss report goes to `loss`, where that is not null. */
static int count(struct vector *v, const colead_instrument *instrument, const char *name, colead_tally **out,
                 colead_string **loss) {
  size_t size;
  char *csv = part(v, name, &size);
  struct ArrowArrayStream stream;
  colead_error *err = NULL;
  make_csv_stream(&stream, csv, size, NULL);
  free(csv);
  CHECK(colead_tally_create(instrument, out, NULL) == COLEAD_OK);
  colead_status status = colead_tally_add_stream(*out, &stream, NULL, loss, &err);
  CHECK(stream.release == NULL);
  return !refused(v, status, &err);
}

static int combine(struct vector *v, const colead_instrument *instrument, const char *name, colead_tally *tally,
                   colead_status (*how)(colead_tally *, const colead_tally *, colead_error **)) {
  size_t size;
  char *csv = part(v, name, &size);
  if (csv == NULL) {
    return 1;
  }
  free(csv);
  colead_tally *other = NULL;
  colead_error *err = NULL;
  int fine = count(v, instrument, name, &other, NULL) && !refused(v, how(tally, other, &err), &err);
  colead_tally_free(other);
  return fine;
}

static void tally(struct vector *v) {
  size_t size;
  char *text = part(v, "instrument.toml", &size);
  colead_instrument *instrument = NULL;
  colead_tally *tally = NULL;
  colead_string *string = NULL;
  colead_error *err = NULL;
  colead_status status = colead_instrument_create_from_text(text, size, &instrument, &err);
  free(text);
  if (refused(v, status, &err)) {
    return;
  }
  if (count(v, instrument, "responses.csv", &tally, &string)) {
    append_string(v, string, "\n");
    if (combine(v, instrument, "more.csv", tally, colead_tally_merge) &&
        combine(v, instrument, "less.csv", tally, colead_tally_subtract)) {
      CHECK(colead_tally_write_digest(tally, &string, NULL) == COLEAD_OK);
      append_string(v, string, "\n");
      for (size_t i = 0; i < sizeof WHAT / sizeof *WHAT; i++) {
        CHECK(colead_tally_measure_json(tally, WHAT[i], strlen(WHAT[i]), &string, NULL) == COLEAD_OK);
        append_string(v, string, "\n");
      }
    }
  }
  colead_tally_free(tally);
  colead_instrument_free(instrument);
}

/* A stream of the table in a part; 0 when there is no such part. */
static int stream_of(const struct vector *v, const char *name, struct ArrowArrayStream *out) {
  size_t size;
  char *csv = part(v, name, &size);
  if (csv == NULL) {
    return 0;
  }
  make_csv_stream(out, csv, size, NULL);
  free(csv);
  return 1;
}

static void network(struct vector *v) {
  struct ArrowArrayStream ties, others;
  colead_network *network = NULL;
  colead_string *string = NULL;
  colead_error *err = NULL;
  CHECK(stream_of(v, "ties.csv", &ties));
  if (stream_of(v, "groups.csv", &others)) {
    size_t size;
    char *direction = part(v, "direction", &size);
    while (size > 0 && direction[size - 1] == '\n') {
      size--;
    }
    colead_status status = colead_group_ties_measure_json(&ties, &others, direction, size, 0, &string, &err);
    if (!refused(v, status, &err)) {
      append_string(v, string, "\n");
    }
    CHECK(ties.release == NULL && others.release == NULL);
    free(direction);
    return;
  }
  size_t options_size, requests_size;
  int nodes = stream_of(v, "nodes.csv", &others);
  char *options = part(v, "options.json", &options_size);
  char *requests = part(v, "requests", &requests_size);
  colead_status status =
      colead_network_create_from_streams(&ties, nodes ? &others : NULL, options, options_size, &network, &err);
  CHECK(ties.release == NULL && (!nodes || others.release == NULL));
  if (!refused(v, status, &err)) {
    CHECK(colead_network_write_summary_json(network, &string, NULL) == COLEAD_OK);
    append_string(v, string, "\n");
    for (char *line = requests, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
      status = colead_network_measure_json(network, line, (size_t)(end - line), &string, &err);
      if (refused(v, status, &err)) {
        break;
      }
      append_string(v, string, "\n");
    }
  }
  colead_network_free(network);
  free(options);
  free(requests);
}

static void assess(struct vector *v) {
  char path[1024];
  size_t files, policy_size, ledger_size;
  char *policy = part(v, "policy.json", &policy_size);
  char *ledger = part(v, "ledger.json", &ledger_size);
  colead_evidence *evidence = NULL;
  colead_assessment *assessment = NULL;
  colead_release *release = NULL;
  colead_string *after = NULL, *string = NULL;
  colead_error *err = NULL;
  CHECK(colead_evidence_create(&evidence, NULL) == COLEAD_OK);
  CHECK(snprintf(path, sizeof path, "%s/%s", v->folder, v->name) < (int)sizeof path);
  char **names = list_folder(path, &files);
  for (size_t i = 0; i < files; i++) {
    colead_file file;
    CHECK(snprintf(path, sizeof path, "%s/%s/%s", v->folder, v->name, names[i]) < (int)sizeof path);
    char *data = read_file(path, &file.data_size);
    file.name = names[i];
    file.name_size = strlen(names[i]);
    file.data = (const uint8_t *)data;
    CHECK(colead_evidence_add_file(evidence, &file, NULL) == COLEAD_OK);
    free(data);
    free(names[i]);
  }
  free(names);
  if (!refused(v, colead_evidence_assess(evidence, NULL, &assessment, &err), &err)) {
    colead_status status =
        colead_assessment_release(assessment, policy, policy_size, ledger, ledger_size, &release, &after, &err);
    if (!refused(v, status, &err)) {
      CHECK(colead_release_write_json(release, &string, NULL) == COLEAD_OK);
      append_string(v, string, "\n");
      append_string(v, after, "\n");
      CHECK(colead_release_write_text(release, &string, NULL) == COLEAD_OK);
      append_string(v, string, "");
    }
  }
  colead_release_free(release);
  colead_assessment_free(assessment);
  colead_evidence_free(evidence);
  free(policy);
  free(ledger);
}

static void audit(struct vector *v) {
  size_t size;
  char *asked = part(v, "audit.json", &size);
  colead_string *string = NULL;
  colead_error *err = NULL;
  if (!refused(v, colead_audit(asked, size, &string, &err), &err)) {
    append_string(v, string, "\n");
  }
  free(asked);
}

/* A function for each line of a part; stops at the first refused. */
static int each_line(struct vector *v, const char *name, void *context,
                     colead_status (*read)(void *, const char *, size_t, colead_string **, colead_error **)) {
  size_t size;
  int fine = 1;
  char *lines = part(v, name, &size);
  for (char *line = lines, *end; fine && line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
    colead_string *string = NULL;
    colead_error *err = NULL;
    colead_status status = read(context, line, (size_t)(end - line), &string, &err);
    fine = !refused(v, status, &err);
    if (fine) {
      append_string(v, string, "\n");
    }
  }
  free(lines);
  return fine;
}

static colead_status read_tally(void *tally, const char *line, size_t size, colead_string **out, colead_error **err) {
  return colead_tally_measure_json((const colead_tally *)tally, line, size, out, err);
}

static colead_status read_responses(void *responses, const char *line, size_t size, colead_string **out,
                                    colead_error **err) {
  return colead_responses_measure_json((const colead_responses *)responses, line, size, out, err);
}

static colead_status read_plan(void *nothing, const char *line, size_t size, colead_string **out, colead_error **err) {
  (void)nothing;
  return colead_plan_write_json(line, size, out, err);
}

static colead_status read_ratings(void *vector, const char *line, size_t size, colead_string **out,
                                  colead_error **err) {
  struct ArrowArrayStream ratings;
  CHECK(stream_of((const struct vector *)vector, "ratings.csv", &ratings));
  colead_status status = colead_ratings_measure_json(&ratings, line, size, out, err);
  CHECK(ratings.release == NULL);
  return status;
}

static void definitions(struct vector *v, struct ArrowArrayStream *table) {
  size_t settings_size, columns_size;
  char *settings = part(v, "settings.json", &settings_size);
  char *columns = part(v, "columns.json", &columns_size);
  colead_instrument *instrument = NULL;
  colead_string *string = NULL;
  colead_error *err = NULL;
  colead_status status =
      colead_instrument_create_from_definitions(table, settings, settings_size, &instrument, &err);
  CHECK(table->release == NULL);
  if (!refused(v, status, &err)) {
    status = colead_instrument_write_map_json(instrument, columns, columns_size, &string, &err);
    if (!refused(v, status, &err)) {
      append_string(v, string, "\n");
    }
  }
  colead_instrument_free(instrument);
  free(settings);
  free(columns);
}

static void statistics(struct vector *v) {
  struct ArrowArrayStream table;
  size_t size;
  char *plans = part(v, "plans", &size);
  if (plans != NULL) {
    free(plans);
    each_line(v, "plans", NULL, read_plan);
    return;
  }
  if (stream_of(v, "definitions.csv", &table)) {
    definitions(v, &table);
    return;
  }
  if (stream_of(v, "ratings.csv", &table)) {
    table.release(&table);
    each_line(v, "requests", v, read_ratings);
    return;
  }
  char *text = part(v, "instrument.toml", &size);
  colead_instrument *instrument = NULL;
  colead_tally *tally = NULL;
  colead_responses *responses = NULL;
  CHECK(colead_instrument_create_from_text(text, size, &instrument, NULL) == COLEAD_OK);
  free(text);
  if (count(v, instrument, "responses.csv", &tally, NULL) && each_line(v, "tally_requests", tally, read_tally)) {
    CHECK(stream_of(v, "responses.csv", &table));
    CHECK(colead_responses_create_from_stream(instrument, &table, NULL, NULL, &responses, NULL) == COLEAD_OK);
    CHECK(table.release == NULL);
    each_line(v, "requests", responses, read_responses);
  }
  colead_responses_free(responses);
  colead_tally_free(tally);
  colead_instrument_free(instrument);
}

static colead_status read_facets(void *evidence, const char *line, size_t size, colead_string **out,
                                 colead_error **err) {
  return colead_facets_measure_json((const colead_evidence *)evidence, line, size, out, err);
}

static void coherence(struct vector *v) {
  static const char *const tables[] = {"organization", "rankings", "declared", "decisions", "decision_effects"};
  colead_evidence *evidence = NULL;
  colead_error *err = NULL;
  int fine = 1;
  CHECK(colead_evidence_create(&evidence, NULL) == COLEAD_OK);
  for (size_t i = 0; fine && i < sizeof tables / sizeof tables[0]; i++) {
    char name[64];
    struct ArrowArrayStream table;
    CHECK(snprintf(name, sizeof name, "%s.csv", tables[i]) < (int)sizeof name);
    if (stream_of(v, name, &table)) {
      fine = !refused(v, colead_evidence_add_stream(evidence, tables[i], strlen(tables[i]), &table, &err), &err);
    }
  }
  if (fine) {
    each_line(v, "requests", evidence, read_facets);
  }
  colead_evidence_free(evidence);
}

static int run(const char *root, const char *kind, void (*call)(struct vector *)) {
  static const char ending[] = ".expected";
  char folder[1024];
  size_t entries, cases = 0;
  int wrong = 0;
  CHECK(snprintf(folder, sizeof folder, "%s/%s", root, kind) < (int)sizeof folder);
  char **names = list_folder(folder, &entries);
  for (size_t i = 0; i < entries; i++) {
    char *end = strstr(names[i], ending);
    if (end != NULL && end[sizeof ending - 1] == '\0') {
      *end = '\0';
      struct vector v = {folder, names[i], NULL, 0};
      size_t size;
      char *expected = part(&v, "expected", &size);
      call(&v);
      if (v.out_size != size || memcmp(v.out, expected, size) != 0) {
        fprintf(stderr, "%s/%s gives\n%s\ninstead of\n%s\n", kind, names[i], v.out, expected);
        wrong++;
      }
      free(expected);
      free(v.out);
      cases++;
    }
    free(names[i]);
  }
  free(names);
  CHECK(cases > 0);
  return wrong;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  int wrong = run(argv[1], "classify", classify) + run(argv[1], "judge", judge) + run(argv[1], "check", check) +
              run(argv[1], "lint", lint) + run(argv[1], "compare", compare) +
              run(argv[1], "tally", tally) + run(argv[1], "network", network) + run(argv[1], "coherence", coherence) +
              run(argv[1], "statistics", statistics) + run(argv[1], "audit", audit) + run(argv[1], "assess", assess);
  CHECK(wrong == 0);
  puts("c vectors: ok");
  return 0;
}
