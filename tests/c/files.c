/* Files and folders for the tests, and the check of an error. */
#include "check.h"

#include <dirent.h>

void expect(colead_error **err, colead_status got, colead_status status, const char *code) {
  if (got != status || *err == NULL || strcmp(colead_error_get_code(*err), code) != 0) {
    fprintf(stderr, "expected %d %s, got %d %s: %s\n", (int)status, code, (int)got, colead_error_get_code(*err),
            colead_error_get_message(*err, NULL));
    exit(1);
  }
  CHECK(colead_error_get_status(*err) == status);
  CHECK(strlen(colead_error_get_message(*err, NULL)) > 0);
  colead_error_free(*err);
  *err = NULL;
}

char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  *size = 0;
  if (file == NULL) {
    return NULL;
  }
  char *data = (char *)malloc(1);
  CHECK(data != NULL);
  char part[4096];
  size_t got;
  while ((got = fread(part, 1, sizeof part, file)) > 0) {
    data = (char *)realloc(data, *size + got + 1);
    CHECK(data != NULL);
    memcpy(data + *size, part, got);
    *size += got;
  }
  CHECK(ferror(file) == 0);
  fclose(file);
  data[*size] = '\0';
  return data;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

char **list_folder(const char *path, size_t *count) {
  DIR *folder = opendir(path);
  CHECK(folder != NULL);
  char **names = NULL;
  *count = 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
      continue;
    }
    size_t size = strlen(entry->d_name) + 1;
    names = (char **)realloc(names, (*count + 1) * sizeof *names);
    CHECK(names != NULL);
    names[*count] = (char *)malloc(size);
    CHECK(names[*count] != NULL);
    memcpy(names[*count], entry->d_name, size);
    *count += 1;
  }
  closedir(folder);
  if (*count > 0) {
    qsort(names, *count, sizeof *names, by_name);
  }
  return names;
}
