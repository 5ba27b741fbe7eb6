/* Also in double. */
#include "page/bent_net.h"

#include "base/random.h"
#include "tensor/op.h"
#include "tensor/ops/ops.h"

enum { ROWS = 6, WIDTH = 5, CLASSES = 4 };

static const pmy_real temperature = PMY_R(1.5), kept = PMY_R(0.75), tiny = PMY_R(1e-5);

/* --- The bugs ------------------------------------------------------------- */

/* The places in backward passes where one can be: the line as it should be, and X(bug, title, the line as it
 * is, why) for each. What the page shows is what is compiled. */

#define SLOPE_OF_LOSS slope = dloss * (p[i] - (i == target)) / temperature / rows
#define BUGS_OF_LOSS(X)                                                                                      \
    X(BUG_SIGN, "the sign", slope = dloss * ((i == target) - p[i]) / temperature / rows,                     \
      "y − p in place of p − y. Every gradient before it is the negative of what it should be, and "     \
      "training climbs.")                                                                                    \
    X(BUG_P, "p in place of p − y", slope = dloss * p[i] / temperature / rows,                               \
      "The target was forgotten: every logit is pushed down by its share, the right one, too. Three of "     \
      "four numbers of a row are right here, nine of ten with ten classes, so a look at a few may miss it.") \
    X(BUG_MEAN, "1/N is missing", slope = dloss * (p[i] - (i == target)) / temperature,                      \
      "The loss is a mean over the batch, this is the gradient of the sum. Training still works, as with a " \
      "rate N times as large: no curve of losses shows it.")                                                 \
    X(BUG_TEMPERATURE, "1/T is missing", slope = dloss * (p[i] - (i == target)) / rows,                      \
      "z/T went in, so the chain rule owes a factor 1/T. At T = 1 nothing is wrong, and so it stays "        \
      "unseen.")

#define SLOPE_OF_BIAS slope = sum_of_column(node, j)
#define BUGS_OF_BIAS(X)                                                                                     \
    X(BUG_BROADCAST, "a forgotten broadcast", slope = node->gradient[j],                                    \
      "b was added to every row, so its gradient is the sum over the rows; this is the first row's alone. " \
      "With a batch of one nothing is wrong.")                                                              \
    X(BUG_SHIFTED, "off by one", slope = sum_of_column(node, j ? j - 1 : 0),                                \
      "An index that is one too low: each number is its neighbour's. Their sizes look right.")              \
    X(BUG_UNWRITTEN, "never written", continue,                                                             \
      "The line is not there. What the memory held before is taken for the gradient; where that is zeros, " \
      "b "                                                                                                  \
      "never learns, and nobody notices.")

#define SLOPE_OF_WEIGHT slope = product_of_columns(node, k, j)
#define BUGS_OF_WEIGHT(X)                                                                               \
    X(BUG_TRANSPOSED, "transposed", slope = product_of_columns(node, j, k),                             \
      "dyᵀx in place of xᵀdy. Where a layer is as wide as its input the shapes agree, and nothing " \
      "complains.")

#define SUM_OF_INPUT pmy_put(&dx[k], slope, adds)
#define BUGS_OF_INPUT(X)                                                                                \
    X(BUG_OVERWRITES, "= in place of +=", dx[k] = slope,                                                \
      "x has two users, the layer and the sum around it. Who comes second must add its part, and here " \
      "puts it in place of the other's.")

#define SLOPE_OF_RELU slope = x[i] > 0 ? dy[i] : 0
#define BUGS_OF_RELU(X)                                                                                      \
    X(BUG_MASK, "a mask at the wrong place", slope = 5 * x[i] > 1 ? dy[i] : 0,                               \
      "relu's kink is at 0, this mask's step at 0.2. Only what lies between is wrong: few elements, and "    \
      "only if a row happens to have one there.")                                                            \
    X(BUG_MASK_OF_SLOPE, "a mask of the wrong tensor", slope = dy[i] > 0 ? dy[i] : 0,                        \
      "The gradient itself is cut off at 0, in place of being masked by x. About half of the elements come " \
      "out right.")

#define SLOPE_OF_DROPOUT slope = is_kept(node, i) ? dy[i] / kept : 0
#define BUGS_OF_DROPOUT(X)                                                                                \
    X(BUG_NEW_MASK, "a new mask", slope = draws_again() ? dy[i] / kept : 0,                               \
      "Backward draws a mask of its own in place of forward's. On average the gradient is right, and so " \
      "training goes on; but two backward passes at one point differ.")                                   \
    X(BUG_KEPT, "a factor forgotten", slope = is_kept(node, i) ? dy[i] : 0,                               \
      "What is kept was divided by 0.75 on the way forward, and is not on the way back.")

#define SLOPE_OF_NORM slope = (dy[i] - mean_of_dy - y[i] * mean_of_product) / deviation
#define BUGS_OF_NORM(X)                                                                                   \
    X(BUG_CONSTANT_MEAN, "a mean taken for a constant",                                                   \
      slope = (dy[i] - y[i] * mean_of_product) / deviation,                                               \
      "Each number of a row moves the row's mean, and with it all the others. Of the two terms that say " \
      "so, one was left out.")

typedef enum bug {
    NO_BUG,
#define NUMBER(bug, title, wrong, why) bug,
    BUGS_OF_LOSS(NUMBER) BUGS_OF_BIAS(NUMBER) BUGS_OF_WEIGHT(NUMBER) BUGS_OF_INPUT(NUMBER)
        BUGS_OF_RELU(NUMBER) BUGS_OF_DROPOUT(NUMBER) BUGS_OF_NORM(NUMBER) BUGS
#undef NUMBER
} bug;

#define TEXT_OF(line) #line
#define TEXT(line) TEXT_OF(line)
#define ROW_OF_LOSS(bug, title, wrong, why) {"softmax_xent", title, TEXT(SLOPE_OF_LOSS), #wrong, why},
#define ROW_OF_BIAS(bug, title, wrong, why) {"linear", title, TEXT(SLOPE_OF_BIAS), #wrong, why},
#define ROW_OF_WEIGHT(bug, title, wrong, why) {"linear", title, TEXT(SLOPE_OF_WEIGHT), #wrong, why},
#define ROW_OF_INPUT(bug, title, wrong, why) {"linear", title, TEXT(SUM_OF_INPUT), #wrong, why},
#define ROW_OF_RELU(bug, title, wrong, why) {"relu", title, TEXT(SLOPE_OF_RELU), #wrong, why},
#define ROW_OF_DROPOUT(bug, title, wrong, why) {"dropout", title, TEXT(SLOPE_OF_DROPOUT), #wrong, why},
#define ROW_OF_NORM(bug, title, wrong, why) {"layernorm", title, TEXT(SLOPE_OF_NORM), #wrong, why},

const pmy_bug pmy_bugs[] = {{"", "none", "", "", "All backward passes are right."},
                            BUGS_OF_LOSS(ROW_OF_LOSS) BUGS_OF_BIAS(ROW_OF_BIAS) BUGS_OF_WEIGHT(ROW_OF_WEIGHT)
                                BUGS_OF_INPUT(ROW_OF_INPUT) BUGS_OF_RELU(ROW_OF_RELU)
                                    BUGS_OF_DROPOUT(ROW_OF_DROPOUT) BUGS_OF_NORM(ROW_OF_NORM)};
const unsigned pmy_bug_count = BUGS;

/* The line of a place, as the node's bug has it. */
#define CASE(bug, title, wrong, why) \
    case bug:                        \
        wrong;                       \
        break;
#define LINE(right, bugs)                     \
    switch (*(const bug *)node->attributes) { \
        bugs(CASE) default : right;           \
    }

/* --- linear: y = x W + b -------------------------------------------------- */

enum { X, WEIGHT, BIAS };

static pmy_status infer_linear(pmy_node *node, pmy_error *error)
{
    (void)error;
    node->shape = PMY_SHAPE(pmy_rows(node->input[X]), node->input[WEIGHT]->shape.dim[1]);
    return PMY_OK;
}

static void forward_linear(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    size_t n = pmy_row_size(node), k_count = pmy_row_size(node->input[X]);
    const pmy_real *w = node->input[WEIGHT]->value; /* [k_count, n] */
    const pmy_real *b = node->input[BIAS]->value;   /* [n] */
    for (size_t r = 0; r < pmy_rows(node); r++) {
        const pmy_real *x = node->input[X]->value + r * k_count; /* [k_count] */
        pmy_real *y = node->value + r * n;                       /* [n] */
        for (size_t j = 0; j < n; j++) {
            y[j] = b[j];
            for (size_t k = 0; k < k_count; k++)
                y[j] += x[k] * w[k * n + j];
        }
    }
}

/* Σ over rows of x[r, k] dy[r, j]. */
static pmy_real product_of_columns(const pmy_node *node, size_t k, size_t j)
{
    pmy_real sum = 0;
    for (size_t r = 0; r < pmy_rows(node); r++)
        sum += node->input[X]->value[r * pmy_row_size(node->input[X]) + k] *
               node->gradient[r * pmy_row_size(node) + j];
    return sum;
}

/* Σ over rows of dy[r, j]. */
static pmy_real sum_of_column(const pmy_node *node, size_t j)
{
    pmy_real sum = 0;
    for (size_t r = 0; r < pmy_rows(node); r++)
        sum += node->gradient[r * pmy_row_size(node) + j];
    return sum;
}

static void backward_input(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    size_t n = pmy_row_size(node), k_count = pmy_row_size(node->input[X]);
    const pmy_real *w = node->input[WEIGHT]->value; /* [k_count, n] */
    bool adds = pmy_accumulates(node, X);
    for (size_t r = 0; r < pmy_rows(node); r++) {
        const pmy_real *dy = node->gradient + r * n;           /* [n] */
        pmy_real *dx = node->input[X]->gradient + r * k_count; /* [k_count] */
        for (size_t k = 0; k < k_count; k++) {
            pmy_real slope = 0;
            for (size_t j = 0; j < n; j++)
                slope += dy[j] * w[k * n + j];
            LINE(SUM_OF_INPUT, BUGS_OF_INPUT)
        }
    }
}

static void backward_weight(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    size_t n = pmy_row_size(node), k_count = pmy_row_size(node->input[X]);
    pmy_real *dw = node->input[WEIGHT]->gradient; /* [k_count, n] */
    for (size_t k = 0; k < k_count; k++)
        for (size_t j = 0; j < n; j++) {
            pmy_real slope;
            LINE(SLOPE_OF_WEIGHT, BUGS_OF_WEIGHT)
            pmy_put(&dw[k * n + j], slope, pmy_accumulates(node, WEIGHT));
        }
}

static void backward_bias(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    pmy_real *db = node->input[BIAS]->gradient; /* [n] */
    for (size_t j = 0; j < pmy_row_size(node); j++) {
        pmy_real slope;
        LINE(SLOPE_OF_BIAS, BUGS_OF_BIAS)
        pmy_put(&db[j], slope, pmy_accumulates(node, BIAS));
    }
}

static const pmy_op linear = {
    .name = "linear",
    .infer = infer_linear,
    .forward = {{.run = forward_linear, .tiles = pmy_one_tile}},
    .backward = {{.run = backward_input, .tiles = pmy_one_tile, .gives = 1 << X},
                 {.run = backward_weight, .tiles = pmy_one_tile, .gives = 1 << WEIGHT},
                 {.run = backward_bias, .tiles = pmy_one_tile, .gives = 1 << BIAS}}};

/* --- relu: y = max(x, 0) -------------------------------------------------- */

static void forward_relu(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const pmy_real *x = node->input[X]->value; /* [shape] */
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++)
        node->value[i] = x[i] > 0 ? x[i] : 0;
}

static void backward_relu(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const pmy_real *x = node->input[X]->value, *dy = node->gradient; /* [shape] */
    pmy_real *dx = node->input[X]->gradient;                         /* [shape] */
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++) {
        pmy_real slope;
        LINE(SLOPE_OF_RELU, BUGS_OF_RELU)
        pmy_put(&dx[i], slope, pmy_accumulates(node, X));
    }
}

static uint64_t choices_of_relu(const pmy_node *node)
{
    uint64_t choices = PMY_NO_CHOICES;
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++)
        choices = pmy_add_choice(choices, node->input[X]->value[i] > 0);
    return choices;
}

static const pmy_op relu = {.name = "relu",
                            .infer = pmy_unary_infer,
                            .forward = {{.run = forward_relu, .tiles = pmy_one_tile}},
                            .backward = {{.run = backward_relu, .tiles = pmy_one_tile, .gives = 1 << X}},
                            .checks.choices = choices_of_relu};

/* --- dropout: y = x/kept where a mask drawn for the step keeps it, else 0 -- */

static bool is_kept(const pmy_node *node, size_t i)
{
    uint32_t word = pmy_philox(pmy_graph_step(node->graph), node->index, i).word[0];
    return (pmy_real)word * PMY_R(0x1p-32) < kept;
}

static bool draws_again(void)
{
    static uint64_t drawn;
    return (pmy_real)pmy_philox(0, 0, drawn++).word[0] * PMY_R(0x1p-32) < kept;
}

static void forward_dropout(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const pmy_real *x = node->input[X]->value; /* [shape] */
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++)
        node->value[i] = is_kept(node, i) ? x[i] / kept : 0;
}

static void backward_dropout(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const pmy_real *dy = node->gradient;     /* [shape] */
    pmy_real *dx = node->input[X]->gradient; /* [shape] */
    for (size_t i = 0; i < pmy_shape_size(node->shape); i++) {
        pmy_real slope;
        LINE(SLOPE_OF_DROPOUT, BUGS_OF_DROPOUT)
        pmy_put(&dx[i], slope, pmy_accumulates(node, X));
    }
}

static const pmy_op dropout = {
    .name = "dropout",
    .infer = pmy_unary_infer,
    .forward = {{.run = forward_dropout, .tiles = pmy_one_tile}},
    .backward = {{.run = backward_dropout, .tiles = pmy_one_tile, .gives = 1 << X}}};

/* --- layernorm: y = (x − mean)/deviation of each row ---------------------- */

static pmy_real mean_of(size_t n, const pmy_real *a /* [n] */, const pmy_real *b /* [n], or NULL */)
{
    pmy_real sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += b ? a[i] * b[i] : a[i];
    return sum / (pmy_real)n;
}

static pmy_real deviation_of(size_t n, const pmy_real *x /* [n] */)
{
    pmy_real mean = mean_of(n, x, NULL);
    return pmy_real_sqrt(mean_of(n, x, x) - mean * mean + tiny);
}

static void forward_norm(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    size_t n = pmy_row_size(node);
    for (size_t r = 0; r < pmy_rows(node); r++) {
        const pmy_real *x = node->input[X]->value + r * n; /* [n] */
        pmy_real mean = mean_of(n, x, NULL), deviation = deviation_of(n, x);
        for (size_t i = 0; i < n; i++)
            node->value[r * n + i] = (x[i] - mean) / deviation;
    }
}

static void backward_norm(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    size_t n = pmy_row_size(node);
    for (size_t r = 0; r < pmy_rows(node); r++) {
        const pmy_real *y = node->value + r * n, *dy = node->gradient + r * n; /* [n] */
        pmy_real *dx = node->input[X]->gradient + r * n;                       /* [n] */
        pmy_real deviation = deviation_of(n, node->input[X]->value + r * n);
        pmy_real mean_of_dy = mean_of(n, dy, NULL), mean_of_product = mean_of(n, dy, y);
        for (size_t i = 0; i < n; i++) {
            pmy_real slope;
            LINE(SLOPE_OF_NORM, BUGS_OF_NORM)
            pmy_put(&dx[i], slope, pmy_accumulates(node, X));
        }
    }
}

static const pmy_op layernorm = {
    .name = "layernorm",
    .infer = pmy_unary_infer,
    .forward = {{.run = forward_norm, .tiles = pmy_one_tile}},
    .backward = {{.run = backward_norm, .tiles = pmy_one_tile, .gives = 1 << X}}};

/* --- softmax_xent: −log softmax(z/T)[target], the mean over rows ---------- */

enum { LOGITS, TARGET };

static pmy_status infer_loss(pmy_node *node, pmy_error *error)
{
    (void)error;
    node->shape = PMY_SCALAR_SHAPE;
    node->batched = false;
    node->rows_of = node->input[LOGITS];
    return PMY_OK;
}

/* p [CLASSES] of a row, and log Σ exp(z/T). */
static pmy_real shares_of_row(const pmy_node *node, size_t r, pmy_real *p)
{
    const pmy_real *z = node->input[LOGITS]->value + r * CLASSES; /* [CLASSES] */
    pmy_real largest = z[0], sum = 0;
    for (size_t i = 1; i < CLASSES; i++)
        largest = pmy_real_maximum(largest, z[i]);
    for (size_t i = 0; i < CLASSES; i++)
        sum += p[i] = pmy_real_exp((z[i] - largest) / temperature);
    for (size_t i = 0; i < CLASSES; i++)
        p[i] /= sum;
    return largest / temperature + pmy_real_log(sum);
}

static void forward_loss(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    size_t rows = pmy_rows(node->input[LOGITS]);
    pmy_real p[CLASSES], sum = 0;
    for (size_t r = 0; r < rows; r++) {
        size_t target = (size_t)node->input[TARGET]->integers[r];
        sum += shares_of_row(node, r, p) - node->input[LOGITS]->value[r * CLASSES + target] / temperature;
    }
    node->value[0] = sum / (pmy_real)rows;
}

static void backward_loss(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    pmy_real rows = (pmy_real)pmy_rows(node->input[LOGITS]), dloss = node->gradient[0], p[CLASSES];
    for (size_t r = 0; r < pmy_rows(node->input[LOGITS]); r++) {
        pmy_real *dz = node->input[LOGITS]->gradient + r * CLASSES; /* [CLASSES] */
        size_t target = (size_t)node->input[TARGET]->integers[r];
        (void)shares_of_row(node, r, p);
        for (size_t i = 0; i < CLASSES; i++) {
            pmy_real slope;
            LINE(SLOPE_OF_LOSS, BUGS_OF_LOSS)
            pmy_put(&dz[i], slope, pmy_accumulates(node, LOGITS));
        }
    }
}

static const pmy_op loss = {
    .name = "softmax_xent",
    .infer = infer_loss,
    .integers = 1 << TARGET,
    .forward = {{.run = forward_loss, .tiles = pmy_one_tile}},
    .backward = {{.run = backward_loss, .tiles = pmy_one_tile, .gives = 1 << LOGITS}}};

/* --- The net -------------------------------------------------------------- */

const char *const pmy_bent_ops[] = {"linear W1 b1", "relu",         "dropout",     "add x",
                                    "layernorm",    "linear W2 b2", "softmax_xent"};
const unsigned pmy_bent_op_count = sizeof pmy_bent_ops / sizeof *pmy_bent_ops;

pmy_node *pmy_bent_net(pmy_sample *sample, unsigned number)
{
    bug planted = (bug)number, none = NO_BUG;
    pmy_graph *graph = sample->graph;
    pmy_node *x = pmy_sample_input(sample, PMY_SHAPE(ROWS, WIDTH), -1, 1);
    pmy_node *w1 = pmy_sample_constant(sample, PMY_SHAPE(WIDTH, WIDTH), -1, 1);
    pmy_node *b1 = pmy_sample_constant(sample, PMY_SHAPE(WIDTH), -1, 1);
    pmy_node *w2 = pmy_sample_constant(sample, PMY_SHAPE(WIDTH, CLASSES), -1, 1);
    pmy_node *b2 = pmy_sample_constant(sample, PMY_SHAPE(CLASSES), -1, 1);
    pmy_node *y = pmy_sample_integers(sample, PMY_SHAPE(ROWS), CLASSES);
    pmy_node *const leaf[] = {x, w1, b1, w2, b2};
    static const char *const name[] = {"x", "W1", "b1", "W2", "b2"};
    for (size_t i = 0; i < sizeof leaf / sizeof *leaf; i++)
        pmy_name(leaf[i], name[i]);
    pmy_node *h = pmy_append(graph, &linear, 3, (pmy_node *[]){x, w1, b1}, &planted, sizeof planted);
    h = pmy_append(graph, &relu, 1, &h, &planted, sizeof planted);
    h = pmy_append(graph, &dropout, 1, &h, &planted, sizeof planted);
    h = pmy_add(graph, x, h);
    h = pmy_append(graph, &layernorm, 1, &h, &planted, sizeof planted);
    pmy_node *z = pmy_append(graph, &linear, 3, (pmy_node *[]){h, w2, b2}, &none, sizeof none);
    return pmy_append(graph, &loss, 2, (pmy_node *[]){z, y}, &planted, sizeof planted);
}
