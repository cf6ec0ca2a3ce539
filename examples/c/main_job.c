/* The main job in C: reads the files of a folder, assesses them, and prints what may leave. With a second argument, a
 * file of facts about one challenge as JSON, it also says what kind of challenge that is, and why.
 *
 *   cc -std=c11 -D_POSIX_C_SOURCE=200809L examples/c/main_job.c -Iinclude -lcolead_ffi -o main_job
 *   ./main_job examples/harbour examples/challenge.json
 *
 * Only the listing of the folder is POSIX; colead itself opens no file. */
#include "colead.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Says why a call was refused, frees the error, and gives 0; gives 1 for a call that succeeded. */
static int fine(colead_status status, colead_error **err) {
  if (status == COLEAD_OK) {
    return 1;
  }
  fprintf(stderr, "%s", colead_error_get_message(*err, NULL));
  if (*colead_error_get_path(*err, NULL) != '\0') {
    fprintf(stderr, " (at %s)", colead_error_get_path(*err, NULL));
  }
  if (*colead_error_get_help(*err, NULL) != '\0') {
    fprintf(stderr, "; %s", colead_error_get_help(*err, NULL));
  }
  fprintf(stderr, "\n");
  colead_error_free(*err);
  *err = NULL;
  return 0;
}

/* A file's content, which the caller frees; null when it cannot be read. */
static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  uint8_t *data = NULL;
  long length = -1;
  if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
    data = malloc((size_t)length + 1);
    if (data != NULL && fread(data, 1, (size_t)length, file) != (size_t)length) {
      free(data);
      data = NULL;
    }
  }
  if (file != NULL) {
    fclose(file);
  }
  if (data == NULL) {
    fprintf(stderr, "cannot read %s\n", path);
  }
  *size = data == NULL ? 0 : (size_t)length;
  return data;
}

/* Adds every file of a folder. */
static int gather(colead_evidence *evidence, const char *path, colead_error **err) {
  DIR *folder = opendir(path);
  struct dirent *entry;
  int ok = folder != NULL;
  if (!ok) {
    fprintf(stderr, "cannot read %s\n", path);
  }
  while (ok && (entry = readdir(folder)) != NULL) {
    char name[4096];
    struct stat about;
    if (snprintf(name, sizeof name, "%s/%s", path, entry->d_name) >= (int)sizeof name || stat(name, &about) != 0 ||
        !S_ISREG(about.st_mode)) {
      continue;
    }
    colead_file file = {entry->d_name, strlen(entry->d_name), NULL, 0};
    uint8_t *data = read_file(name, &file.data_size);
    file.data = data;
    ok = data != NULL && fine(colead_evidence_add_file(evidence, &file, err), err);
    free(data);
  }
  if (folder != NULL) {
    closedir(folder);
  }
  return ok;
}

/* Prints a text and frees it. */
static void print(colead_string *text) {
  fwrite(colead_string_get_data(text), 1, colead_string_get_size(text), stdout);
  colead_string_free(text);
}

static int report(const char *folder) {
  colead_evidence *evidence = NULL;
  colead_assessment *assessment = NULL;
  colead_release *release = NULL;
  colead_string *text = NULL;
  colead_error *err = NULL;
  int ok = fine(colead_evidence_create(&evidence, &err), &err) && gather(evidence, folder, &err) &&
           fine(colead_evidence_assess(evidence, NULL, &assessment, &err), &err) &&
           fine(colead_assessment_release(assessment, NULL, 0, NULL, 0, &release, NULL, &err), &err) &&
           fine(colead_release_write_text(release, &text, &err), &err);
  if (ok) {
    print(text);
  }
  colead_release_free(release);
  colead_assessment_free(assessment);
  colead_evidence_free(evidence);
  return ok;
}

static int classify(const char *path) {
  colead_framework *framework = NULL;
  colead_judgment *judgment = NULL;
  colead_string *text = NULL;
  colead_error *err = NULL;
  size_t size;
  char *facts = (char *)read_file(path, &size);
  int ok = facts != NULL && fine(colead_framework_create_builtin(&framework, &err), &err) &&
           fine(colead_challenge_classify(framework, facts, size, NULL, 0, 0, &judgment, &err), &err) &&
           fine(colead_judgment_explain(judgment, &text, &err), &err);
  if (ok) {
    printf("\n");
    print(text);
  }
  colead_judgment_free(judgment);
  colead_framework_free(framework);
  free(facts);
  return ok;
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: %s FOLDER [FACTS.json]\n", argv[0]);
    return 2;
  }
  return report(argv[1]) && (argc == 2 || classify(argv[2])) ? 0 : 1;
}
