/* Makes of a language model's file the bytes that the page carries (examples/page/language_bytes.h), and
 * measures what the 16 bits cost.
 *
 *   pack_language MODEL.safetensors TEXT SHARE > bytes
 *
 * The loss is that of the text's last SHARE, which training keeps for validation. */
#include "base/number.h"
#include "kernels/blas.h"
#include "page/language_bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pmy_status load_text(const char *path, double share, const pmy_language *language, pmy_text *whole,
                            pmy_text *validation, pmy_error *error)
{
    pmy_vocabulary known;
    pmy_text front;
    pmy_status status = pmy_vocabulary_copy(&language->vocabulary, &known, error);
    if (status == PMY_OK)
        status = pmy_text_load(path, &known, whole, error);
    if (status == PMY_OK)
        status = pmy_text_split(whole, share, &front, validation, error);
    pmy_vocabulary_free(&known);
    return status;
}

static double loss_of(pmy_language *language, const pmy_text *text, pmy_status *status, pmy_error *error)
{
    pmy_language_score score = {0};
    if (*status == PMY_OK)
        *status = pmy_language_evaluate(language, text, (pmy_language_watcher){0}, &score, error);
    return score.loss;
}

static pmy_status pack(const char *model, const char *text, double share, pmy_error *error)
{
    pmy_language *trained = NULL, *carried = NULL;
    pmy_text whole = {0}, validation = {0};
    language_losses losses = {0, 0};
    size_t size = 0;
    uint8_t *bytes = NULL;
    pmy_status status = pmy_language_load(model, NULL, NULL, &trained, error);
    if (status == PMY_OK)
        status = load_text(text, share, trained, &whole, &validation, error);
    if (status == PMY_OK && !(bytes = language_bytes_make(trained, &losses, &size)))
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for the bytes");
    if (status == PMY_OK)
        status = language_bytes_read(bytes, size, &carried, &losses, error);
    free(bytes);
    bytes = NULL;
    losses.trained = loss_of(trained, &validation, &status, error);
    losses.carried = loss_of(carried, &validation, &status, error);
    if (status == PMY_OK && !(bytes = language_bytes_make(trained, &losses, &size)))
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for the bytes");
    if (status == PMY_OK && (fwrite(bytes, 1, size, stdout) != size || fflush(stdout) != 0))
        status = pmy_fail(error, PMY_IO, "cannot write the bytes");
    if (status == PMY_OK)
        (void)fprintf(stderr, "loss %.6f as trained, %.6f in 16 bits; %zu bytes\n", losses.trained,
                      losses.carried, size);
    free(bytes);
    pmy_text_free(&whole);
    pmy_language_free(carried);
    pmy_language_free(trained);
    return status;
}

int main(int argc, char **argv)
{
    pmy_error error = {0};
    double share;
    if (argc != 4 || !pmy_number_read(argv[3], strlen(argv[3]), &share)) {
        (void)fputs("pack_language MODEL.safetensors TEXT SHARE > bytes\n", stderr);
        return 2;
    }
    pmy_blas_single_threaded();
    if (pack(argv[1], argv[2], share, &error) == PMY_OK)
        return 0;
    (void)fprintf(stderr, "pack_language: %s\n", error.message);
    return 1;
}
