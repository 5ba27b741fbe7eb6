#include "net/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The line with the last layer of a net, which was read from text, given another number of outputs. */
static pmy_status put_outputs(const char *text, pmy_net *net, size_t outputs, char line[PMY_MAX_NET_TEXT],
                              pmy_error *error)
{
    pmy_layer *last = &net->layer[net->count - 1];
    const char *rest = text + last->position + last->length;
    if (strcmp(pmy_layer_word(last), "linear") != 0 || rest[strspn(rest, " \t\n")] != '\0') {
        (void)pmy_fail(error, PMY_BAD_NET, "a net for %zu outputs ends in a linear, this one in '%s'",
                       outputs, pmy_layer_print(last).text);
        if (error)
            error->position = last->position, error->length = last->length;
        return PMY_BAD_NET;
    }
    last->number[0] = (double)outputs;
    int length =
        snprintf(line, PMY_MAX_NET_TEXT, "%.*s%s", (int)last->position, text, pmy_layer_print(last).text);
    return length < PMY_MAX_NET_TEXT
               ? PMY_OK
               : pmy_fail(error, PMY_BAD_NET, "the line of a net is longer than %d", PMY_MAX_NET_TEXT - 1);
}

pmy_status pmy_net_with_outputs(const char *text, pmy_shape input, size_t outputs,
                                char line[PMY_MAX_NET_TEXT], pmy_error *error)
{
    pmy_net *net = malloc(sizeof *net);
    if (!net)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a net");
    pmy_status status = pmy_net_read(text, input, net, error);
    if (status == PMY_OK)
        status = put_outputs(text, net, outputs, line, error);
    free(net);
    return status;
}
