#include "gradcheck/probe.h"

#include <string.h>

static uint64_t choices_of(const pmy_graph *graph)
{
    uint64_t all = 0;
    for (size_t at = 0; at < pmy_node_count(graph); at++) {
        const pmy_node *node = pmy_node_at(graph, at);
        if (pmy_has_choices(node))
            all = (all ^ pmy_choices(node)) * 0x9E3779B97F4A7C15u + at;
    }
    return all;
}

static bool outputs_finite(const pmy_probe *probe)
{
    for (size_t o = 0; o < probe->outputs; o++)
        if (!pmy_is_finite(probe->root->value[o]))
            return false;
    return true;
}

pmy_outcome pmy_probe_here(pmy_probe *probe)
{
    probe->stale_row = PMY_NO_ROW;
    if (pmy_forward(probe->graph, PMY_REPLAY, NULL) != PMY_OK || !outputs_finite(probe))
        return PMY_FAULTY;
    probe->choices = probe->kinked ? choices_of(probe->graph) : 0;
    return PMY_SMOOTH;
}

/* --- Moving along a line -------------------------------------------------- */

/* Moves the tensor to t and returns how far it really moved from the origin: t rounded. */
static pmy_real move(const pmy_line *line, pmy_real t)
{
    pmy_real *value = line->tensor->value;
    if (!line->direction) {
        value[line->element] = line->origin[line->element] + line->shift + t;
        return value[line->element] - line->origin[line->element];
    }
    for (size_t i = 0; i < pmy_shape_size(line->tensor->shape); i++)
        value[i] = line->origin[i] + t * line->direction[i];
    return t;
}

static size_t row_of(const pmy_probe *probe, const pmy_line *line)
{
    if (!probe->by_rows || line->direction || !line->tensor->batched)
        return PMY_NO_ROW;
    return line->element / pmy_example_size(line->tensor);
}

void pmy_line_reset(pmy_probe *probe, const pmy_line *line)
{
    size_t size = pmy_shape_size(line->tensor->shape);
    if (line->direction)
        memcpy(line->tensor->value, line->origin, size * sizeof *line->origin);
    else
        line->tensor->value[line->element] = line->origin[line->element];
    size_t row = row_of(probe, line);
    if (row != PMY_NO_ROW)
        probe->stale_row = row;
}

static pmy_status compute(pmy_probe *probe, size_t row)
{
    if (row == PMY_NO_ROW) {
        probe->stale_row = PMY_NO_ROW;
        return pmy_forward(probe->graph, PMY_REPLAY, NULL);
    }
    pmy_status status = PMY_OK;
    if (probe->stale_row != PMY_NO_ROW && probe->stale_row != row)
        status = pmy_forward_rows(probe->graph, probe->stale_row, 1, NULL);
    probe->stale_row = row;
    return status == PMY_OK ? pmy_forward_rows(probe->graph, row, 1, NULL) : status;
}

static pmy_outcome evaluate(pmy_probe *probe, size_t row)
{
    if (compute(probe, row) != PMY_OK)
        return PMY_FAULTY;
    return probe->kinked && choices_of(probe->graph) != probe->choices ? PMY_KINKED : PMY_SMOOTH;
}

pmy_outcome pmy_probe_at(pmy_probe *probe, const pmy_line *line, pmy_real t)
{
    (void)move(line, t);
    return evaluate(probe, row_of(probe, line));
}

/* --- Differences ---------------------------------------------------------- */

/* The outputs that can change: one row's, or all. */
typedef struct outputs {
    size_t first, end;
} outputs;

static outputs outputs_of(const pmy_probe *probe, size_t row)
{
    if (row == PMY_NO_ROW || !probe->root->batched)
        return (outputs){0, probe->outputs};
    size_t size = pmy_example_size(probe->root);
    return (outputs){row * size, (row + 1) * size};
}

/* What stands in probe->above minus what the root holds now, weighted. One of several outputs that does not
 * change at all most likely does not depend on what was moved, and has no round-off; a scalar depends
 * on everything, and the step may be lost in its rounding. */
static bool difference_of(const pmy_probe *probe, outputs range, pmy_real distance,
                          pmy_difference *difference)
{
    const pmy_real *above = probe->above, *below = probe->root->value; /* [outputs] */
    for (unsigned k = 0; k < probe->weights; k++) {
        pmy_real sum = 0, squares = 0;
        for (size_t o = range.first; o < range.end; o++) {
            pmy_real change = above[o] - below[o], weight = probe->weight[k][o];
            if (change == 0 && probe->outputs > 1)
                continue;
            pmy_real rounding = weight * (pmy_real_fabs(above[o]) + pmy_real_fabs(below[o]));
            sum += weight * change;
            squares += rounding * rounding;
        }
        difference->value[k] = sum / distance;
        difference->noise[k] = PMY_REAL_EPSILON * pmy_real_sqrt(squares) / distance;
        if (!pmy_is_finite(sum))
            return false;
    }
    return true;
}

pmy_outcome pmy_central_difference(pmy_probe *probe, const pmy_line *line, pmy_real h,
                                   pmy_difference *difference)
{
    size_t row = row_of(probe, line);
    outputs range = outputs_of(probe, row);
    pmy_real up = move(line, h);
    pmy_outcome outcome = evaluate(probe, row);
    if (outcome != PMY_SMOOTH)
        return outcome;
    memcpy(probe->above + range.first, probe->root->value + range.first,
           (range.end - range.first) * sizeof *probe->above);
    pmy_real down = move(line, -h);
    outcome = evaluate(probe, row);
    if (outcome != PMY_SMOOTH)
        return outcome;
    return difference_of(probe, range, up - down, difference) ? PMY_SMOOTH : PMY_FAULTY;
}

bool pmy_rows_suffice(pmy_probe *probe, const pmy_line *line, pmy_real h)
{
    size_t row = row_of(probe, line);
    if (row == PMY_NO_ROW)
        return true;
    (void)move(line, h);
    bool same = compute(probe, row) == PMY_OK;
    memcpy(probe->above, probe->root->value, probe->outputs * sizeof *probe->above);
    same &= compute(probe, PMY_NO_ROW) == PMY_OK;
    same &= memcmp(probe->above, probe->root->value, probe->outputs * sizeof *probe->above) == 0;
    pmy_line_reset(probe, line);
    return same;
}
