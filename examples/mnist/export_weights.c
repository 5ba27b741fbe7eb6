#include "mnist/export_weights.h"

#include "base/number.h"
#include "mnist/export_numbers.h"

#include <string.h>

export_name export_name_of(const pmy_layer *layer)
{
    export_name name;
    memcpy(name.text, layer->name, sizeof name.text);
    for (char *dot = name.text; (dot = strchr(dot, '.'));)
        *dot = '_';
    return name;
}

static void write_float(FILE *file, float value)
{
    pmy_number_text number = pmy_number_print((double)value, PMY_NUMBER_FLOAT);
    /* 1f is no constant of C; 1.0f and 1e9f are. */
    (void)fprintf(file, "%s%s", number.text, strpbrk(number.text, ".e") ? "f" : ".0f");
}

static void write_array(FILE *file, const char *what, const pmy_layer *layer, size_t count,
                        const pmy_real *values /* [count] */)
{
    enum { IN_A_LINE = 8 };
    (void)fprintf(file, "static const float %s_%s[%zu] = {", what, export_name_of(layer).text, count);
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i % IN_A_LINE ? " " : "\n    ", file);
        write_float(file, values[i]);
        (void)fputc(',', file);
    }
    (void)fputs("\n};\n", file);
}

pmy_status export_weights(FILE *file, const export_step *step, const pmy_graph *graph, pmy_error *error)
{
    const pmy_layer *layer = step->layer;
    export_numbers numbers;
    pmy_status status = export_numbers_take(step, graph, &numbers, error);
    if (status != PMY_OK || step->weights == 0)
        return status;
    (void)fprintf(file, "\n/* Of layer %s, %s%s. */\n", layer->name, pmy_layer_print(layer).text,
                  step->batchnorm ? ", with its batchnorm" : "");
    bool is_batchnorm = export_is(layer, "batchnorm");
    write_array(file, is_batchnorm ? "scale" : "weight", layer, step->weights, numbers.weight);
    if (step->biases)
        write_array(file, is_batchnorm ? "shift" : "bias", layer, step->biases, numbers.bias);
    export_numbers_free(&numbers);
    return PMY_OK;
}
