/* What one call costs from C: reads the facts, judges, frees. Prints the best of seven rounds.
 *
 *   cargo build --release -p colead-ffi
 *   cc -O2 -Iinclude ffi/benches/classify.c target/release/libcolead_ffi.a -lpthread -ldl -lm -o target/classify
 *   target/classify
 */
#include "colead.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CALLS 20000

static double now(void) {
  struct timespec t;
  if (timespec_get(&t, TIME_UTC) == 0) abort();
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void) {
  const char *facts = "{\"definable\": 1, \"means_exist\": 1, \"predictable\": 1, \"authority_knows\": 1, "
                      "\"assumptions_hold\": 1, \"solvers_unchanged\": 1}";
  colead_framework *framework = NULL;
  if (colead_framework_create_builtin(&framework, NULL) != COLEAD_OK) return 1;
  double best = 1e9;
  for (int round = 0; round < 7; round++) {
    const double start = now();
    for (int i = 0; i < CALLS; i++) {
      colead_judgment *judgment = NULL;
      if (colead_challenge_classify(framework, facts, strlen(facts), NULL, 0, 0, &judgment, NULL) != COLEAD_OK) return 1;
      if (strcmp(colead_judgment_get_status(judgment), "answer") != 0) return 1;
      colead_judgment_free(judgment);
    }
    const double seconds = (now() - start) / CALLS;
    if (seconds < best) best = seconds;
  }
  printf("colead_challenge_classify: %.2f us a call\n", best * 1e6);
  colead_framework_free(framework);
  return 0;
}
