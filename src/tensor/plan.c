/* From the phases of a graph's nodes to stages with barriers in between: each phase goes to the
 * first stage after all that it depends on, beside others that run in the same way. */
#include "tensor/graph_state.h"

/* A pass being planned. A stage's number is its index + 1; 0 is before the first. */
typedef struct plan {
    pmy_stages *stages;
    bool backward;
    size_t *ready;    /* [nodes] the stage that last writes the node's value; in backward, its gradient */
    size_t *prepared; /* [nodes] the stage of its own phases before, which later ones build upon */
} plan;

/* The rows a phase runs over, or NULL for tiles. */
static const pmy_node *rows_of(const pmy_node *node, const pmy_phase *phase)
{
    return !phase->tiles || phase->tiles(node) == PMY_BY_ROWS ? node->rows_of : NULL;
}

/* Whether a piece of one's rows is one of the other's: of a batch, pieces are whole examples. */
static bool same_rows(const pmy_node *a, const pmy_node *b)
{
    return a->batched ? b->batched : !b->batched && pmy_rows(a) == pmy_rows(b);
}

static bool runs_alike(const pmy_stage *stage, const pmy_node *rows)
{
    if (!stage->rows_of || !rows)
        return !stage->rows_of && !rows;
    return same_rows(stage->rows_of, rows);
}

/* Moves *first after stage number `written`; or to it, where both run by the same rows and what is
 * read lies in them. */
static void wait_for(const plan *p, size_t written, const pmy_node *rows, bool in_its_rows, size_t *first)
{
    bool joins = written && rows && in_its_rows && runs_alike(&p->stages->stage[written - 1], rows);
    size_t from = joins ? written - 1 : written;
    if (*first < from)
        *first = from;
}

static bool gives(const pmy_node *node, const pmy_phase *phase, unsigned input)
{
    return (phase->gives >> input & 1) && node->input[input]->wants_gradient;
}

/* The index of the first stage a phase could be in. */
static size_t first_stage(const plan *p, const pmy_node *node, const pmy_phase *phase, const pmy_node *rows)
{
    size_t first = 0;
    wait_for(p, p->prepared[node->index], rows, true, &first);
    if (p->backward)
        wait_for(p, p->ready[node->index], rows, rows && same_rows(node, rows), &first);
    for (unsigned i = 0; i < node->inputs; i++) {
        const pmy_node *input = node->input[i];
        bool in_its_rows = rows && same_rows(input, rows) && (p->backward || !(node->op->whole >> i & 1));
        if (p->backward ? gives(node, phase, i) : !(phase->spares >> i & 1))
            wait_for(p, p->ready[input->index], rows, in_its_rows, &first);
    }
    return first;
}

static void remember(const plan *p, const pmy_node *node, const pmy_phase *phase, size_t stage)
{
    if (!p->backward || !phase->gives || phase->prepares)
        p->prepared[node->index] = stage;
    if (!p->backward)
        p->ready[node->index] = stage;
    for (unsigned i = 0; p->backward && i < node->inputs; i++)
        if (gives(node, phase, i) && p->ready[node->input[i]->index] < stage)
            p->ready[node->input[i]->index] = stage;
}

static size_t row_elements(const pmy_node *node, const pmy_node *rows)
{
    size_t elements = pmy_example_size(rows);
    for (unsigned i = 0; i < node->inputs; i++)
        if (same_rows(node->input[i], rows))
            elements += pmy_example_size(node->input[i]);
    return elements;
}

static void place(plan *p, pmy_step *step)
{
    pmy_stages *stages = p->stages;
    const pmy_node *rows = rows_of(step->node, step->phase);
    size_t at = first_stage(p, step->node, step->phase, rows);
    while (at < stages->count && !runs_alike(&stages->stage[at], rows))
        at++;
    pmy_stage *stage = &stages->stage[at];
    if (at == stages->count) {
        *stage = (pmy_stage){.rows_of = rows};
        stages->count++;
    }
    *(stage->first ? &stage->last->next : &stage->first) = step;
    stage->last = step;
    if (rows)
        stage->row_elements += row_elements(step->node, rows);
    remember(p, step->node, step->phase, at + 1);
}

static bool phase_runs(const pmy_node *node, const pmy_phase *phase, bool backward)
{
    if (!phase->run || (backward && !node->wants_gradient))
        return false;
    if (phase->tiles && phase->tiles(node) == 0)
        return false;
    unsigned inputs = phase->gives | phase->prepares;
    bool wanted = !backward || !inputs;
    for (unsigned i = 0; i < node->inputs; i++)
        wanted |= (inputs >> i & 1) && node->input[i]->wants_gradient;
    return wanted;
}

static bool plan_pass(pmy_graph *graph, bool backward, pmy_stages *stages)
{
    size_t most = graph->count * PMY_MAX_PHASES;
    pmy_step *step = pmy_arena_take(&graph->arena, most, sizeof *step);
    stages->stage = pmy_arena_take(&graph->arena, most, sizeof *stages->stage);
    plan p = {.stages = stages,
              .backward = backward,
              .ready = pmy_arena_take(&graph->arena, graph->count, sizeof(size_t)),
              .prepared = pmy_arena_take(&graph->arena, graph->count, sizeof(size_t))};
    if (!step || !stages->stage || !p.ready || !p.prepared)
        return false;
    for (size_t turn = 0; turn < graph->count; turn++) {
        const pmy_node *node = graph->nodes[backward ? graph->count - 1 - turn : turn];
        if (!backward && node->op->view)
            p.ready[node->index] = p.ready[node->input[0]->index];
        const pmy_phase *phases = backward ? node->op->backward : node->op->forward;
        for (const pmy_phase *phase = phases; phase < phases + PMY_MAX_PHASES; phase++) {
            if (!phase_runs(node, phase, backward))
                continue;
            *step = (pmy_step){.node = node, .phase = phase};
            place(&p, step++);
        }
    }
    return true;
}

bool pmy_plan_stages(pmy_graph *graph)
{
    return plan_pass(graph, false, &graph->forward) && plan_pass(graph, true, &graph->backward);
}
