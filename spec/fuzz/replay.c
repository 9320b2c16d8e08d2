/* Runs a fuzz target on each file named as an argument, so that every test run tries past findings again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t buffer[1 << 20];

int main(int count, char **paths)
{
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(paths[i], "rb");
        if (!file) {
            perror(paths[i]);
            return 1;
        }
        size_t size = fread(buffer, 1, sizeof buffer, file);
        fclose(file);
        (void)LLVMFuzzerTestOneInput(buffer, size);
    }
    printf("fuzz corpus: %d passed, 0 failed\n", count - 1);
    return count > 1 ? 0 : 1;
}
