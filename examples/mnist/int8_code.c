#include "mnist/int8_code.h"

/* What a piece of code is for. */
typedef enum need {
    ALWAYS,
    SUMS,          /* products and means */
    OUTCOMES,      /* all that is cut off and may go through a table */
    NUMBERS,       /* bytes that may be signed, one by one */
    UNSIGNED_DOTS, /* products with unsigned bytes, signed ones */
    SIGNED_DOTS,
    PRODUCTS,
    MAXIMA,
    MEANS,
    AFFINES,
    TABLES,
    TOTALS, /* sums of a group */
    BYTES   /* answers that are no logits yet */
} need;

static bool has(const int8_net *net, int8_kind kind)
{
    for (size_t i = 0; i < net->count; i++)
        if (net->step[i].kind == kind)
            return true;
    return false;
}

static bool has_product(const int8_net *net, bool of_signed)
{
    for (size_t i = 0; i < net->count; i++)
        if (net->step[i].kind == INT8_PRODUCT && net->image[net->step[i].from].is_signed == of_signed)
            return true;
    return false;
}

static bool needs(const int8_net *net, need what)
{
    bool last_is_bytes = !net->step[net->count - 1].logits;
    switch (what) {
    case ALWAYS:
        return true;
    case SUMS:
        return has(net, INT8_PRODUCT) || has(net, INT8_MEAN);
    case OUTCOMES:
        return needs(net, SUMS) || has(net, INT8_AFFINE) || has(net, INT8_SUM);
    case NUMBERS:
        return has(net, INT8_MAXIMUM) || has(net, INT8_MEAN) || has(net, INT8_AFFINE) || has(net, INT8_SUM) ||
               last_is_bytes;
    case UNSIGNED_DOTS:
        return has_product(net, false);
    case SIGNED_DOTS:
        return has_product(net, true);
    case PRODUCTS:
        return has(net, INT8_PRODUCT);
    case MAXIMA:
        return has(net, INT8_MAXIMUM);
    case MEANS:
        return has(net, INT8_MEAN);
    case AFFINES:
        return has(net, INT8_AFFINE);
    case TABLES:
        return has(net, INT8_TABLE);
    case TOTALS:
        return has(net, INT8_SUM);
    case BYTES:
        return last_is_bytes;
    }
    return false;
}

/* The code stands in the order in which it is written, each piece with what it is for. */
static const struct {
    need what;
    const char *code;
} pieces[] = {
    {ALWAYS, "static const uint8_t *given;         /* the pixels */\n"
             "static uint8_t memory[MEMORY];       /* the other images' rows */\n"
             "static uint16_t made[STEPS + 1];     /* of each image, how many rows */\n"
             "static int16_t *answers;\n"
             "\n"
             "static int row_bytes(const image *m)\n"
             "{\n"
             "    return m->columns * m->channels;\n"
             "}\n"
             "\n"
             "static const uint8_t *row_of(int index, int row)\n"
             "{\n"
             "    const image *m = &images[index];\n"
             "    while (row >= m->held)\n"
             "        row -= m->held;\n"
             "    return (index == 0 ? given : memory + m->place) + row * row_bytes(m);\n"
             "}\n"
             "\n"
             "/* The row that a step is to write: the next one of its image. */\n"
             "static uint8_t *next_row(const step *s)\n"
             "{\n"
             "    return (uint8_t *)row_of(s->to, made[s->to]);\n"
             "}\n"
             "\n"},
    {OUTCOMES, "static int32_t cut(int32_t x, int32_t least, int32_t most)\n"
               "{\n"
               "    return x < least ? least : x > most ? most : x;\n"
               "}\n"
               "\n"
               "/* x / 2^places, rounded down: what >> does to negative numbers is up to the compiler. */\n"
               "static int32_t shifted(int32_t x, int places)\n"
               "{\n"
               "    return x < 0 ? ~(~x >> places) : x >> places;\n"
               "}\n"
               "\n"
               "static int32_t rounded(const step *s, int32_t x)\n"
               "{\n"
               "    return cut(shifted(x + ((int32_t)1 << (s->after - 1)), s->after), s->low, s->high);\n"
               "}\n"
               "\n"
               "static uint8_t outcome(const step *s, int32_t x)\n"
               "{\n"
               "    uint8_t byte = (uint8_t)rounded(s, x);\n"
               "    return s->table ? s->table[byte] : byte;\n"
               "}\n"
               "\n"},
    {SUMS, "/* A sum of channel c in units of what it becomes, 2^after of them to one. */\n"
           "static int32_t scaled(const step *s, int32_t sum, int c)\n"
           "{\n"
           "    return shifted(cut(sum, s->sum_least, s->sum_most), s->before) * s->multiplier[c];\n"
           "}\n"
           "\n"},
    {NUMBERS, "static int number(uint8_t byte, int is_signed)\n"
              "{\n"
              "    return is_signed && byte > 127 ? byte - 256 : byte;\n"
              "}\n"
              "\n"},
    {UNSIGNED_DOTS, "static int32_t add_products(const uint8_t *x, const int8_t *w, int n, int32_t sum)\n"
                    "{\n"
                    "    for (; n >= 4; n -= 4, x += 4, w += 4)\n"
                    "        sum += (int32_t)x[0] * w[0] + (int32_t)x[1] * w[1] + (int32_t)x[2] * w[2] + "
                    "(int32_t)x[3] * w[3];\n"
                    "    while (n-- > 0)\n"
                    "        sum += *x++ * *w++;\n"
                    "    return sum;\n"
                    "}\n"
                    "\n"},
    {SIGNED_DOTS, "static int32_t add_signed(const uint8_t *x, const int8_t *w, int n, int32_t sum)\n"
                  "{\n"
                  "    const int8_t *z = (const int8_t *)x;\n"
                  "    while (n-- > 0)\n"
                  "        sum += *z++ * *w++;\n"
                  "    return sum;\n"
                  "}\n"
                  "\n"},
    {PRODUCTS,
     "/* A row of a convolution, whose kernel's rows and columns outside of the picture are left out. */\n"
     "static void product_row(const step *s)\n"
     "{\n"
     "    const uint8_t *rows[KERNEL];\n"
     "    int row = made[s->to] * s->stride - s->padding, begin = row < 0 ? -row : 0;\n"
     "    int end = s->rows - row < s->kernel_rows ? s->rows - row : s->kernel_rows;\n"
     "    int width = s->kernel_columns * s->channels;\n"
     "    uint8_t *y = next_row(s);\n"
     "    rows[0] = given; /* where KERNEL is 1, compilers do not see that it is set below */\n"
     "    for (int r = begin; r < end; r++)\n"
     "        rows[r] = row_of(s->from, row + r);\n"
     "    for (int j = 0; j < images[s->to].columns; j++) {\n"
     "        int column = j * s->stride - s->padding, first = column < 0 ? -column : 0;\n"
     "        int last = s->columns - column < s->kernel_columns ? s->columns - column : s->kernel_columns;\n"
     "        int skipped = (column + first) * s->channels, count = (last - first) * s->channels;\n"
     "        const int8_t *w = s->weight + first * s->channels;\n"
     "        for (int c = 0; c < images[s->to].channels; c++, w += s->kernel_rows * width) {\n"
     "            int32_t sum = s->bias[c];\n"
     "            for (int r = begin; r < end; r++)\n"
     "                sum = ADD(rows[r] + skipped, w + r * width, count, sum);\n"
     "            sum = scaled(s, sum, c);\n"
     "            if (s->logits)\n"
     "                answers[c] = (int16_t)rounded(s, sum);\n"
     "            else\n"
     "                *y++ = outcome(s, sum);\n"
     "        }\n"
     "    }\n"
     "}\n"
     "\n"},
    {MAXIMA, "static void maximum_row(const step *s)\n"
             "{\n"
             "    int row = made[s->to] * s->stride - s->padding, channels = s->channels;\n"
             "    uint8_t *y = next_row(s);\n"
             "    for (int j = 0; j < images[s->to].columns; j++)\n"
             "        for (int c = 0; c < channels; c++) {\n"
             "            int column = j * s->stride - s->padding, most = -256;\n"
             "            for (int r = row < 0 ? 0 : row; r < row + s->kernel_rows && r < s->rows; r++) {\n"
             "                const uint8_t *x = row_of(s->from, r);\n"
             "                for (int k = column < 0 ? 0 : column; k < column + s->kernel_columns && k < "
             "s->columns; k++) {\n"
             "                    int value = number(x[k * channels + c], s->is_signed);\n"
             "                    most = value > most ? value : most;\n"
             "                }\n"
             "            }\n"
             "            *y++ = (uint8_t)most;\n"
             "        }\n"
             "}\n"
             "\n"},
    {MEANS, "static void mean_row(const step *s)\n"
            "{\n"
            "    int row = made[s->to] * s->stride - s->padding, channels = s->channels;\n"
            "    uint8_t *y = next_row(s);\n"
            "    for (int j = 0; j < images[s->to].columns; j++)\n"
            "        for (int c = 0; c < channels; c++) {\n"
            "            int column = j * s->stride - s->padding;\n"
            "            int32_t sum = s->bias[0];\n"
            "            for (int r = row < 0 ? 0 : row; r < row + s->kernel_rows && r < s->rows; r++) {\n"
            "                const uint8_t *x = row_of(s->from, r);\n"
            "                for (int k = column < 0 ? 0 : column; k < column + s->kernel_columns && k < "
            "s->columns; k++)\n"
            "                    sum += number(x[k * channels + c], s->is_signed);\n"
            "            }\n"
            "            *y++ = outcome(s, scaled(s, sum, 0));\n"
            "        }\n"
            "}\n"
            "\n"},
    {AFFINES,
     "static void affine_row(const step *s)\n"
     "{\n"
     "    const uint8_t *x = row_of(s->from, made[s->to]);\n"
     "    uint8_t *y = next_row(s);\n"
     "    for (int j = 0; j < images[s->to].columns; j++)\n"
     "        for (int c = 0; c < images[s->to].channels; c++)\n"
     "            *y++ = outcome(s, number(*x++, s->is_signed) * s->bias[2 * c] + s->bias[2 * c + 1]);\n"
     "}\n"
     "\n"},
    {TABLES, "static void table_row(const step *s)\n"
             "{\n"
             "    const uint8_t *x = row_of(s->from, made[s->to]);\n"
             "    uint8_t *y = next_row(s);\n"
             "    for (int i = 0; i < row_bytes(&images[s->to]); i++)\n"
             "        y[i] = s->table[x[i]];\n"
             "}\n"
             "\n"},
    {TOTALS, "/* The end of a group. */\n"
             "static void total_row(const step *s)\n"
             "{\n"
             "    const uint8_t *x = row_of(s->from, made[s->to]), *z = row_of(s->also, made[s->to]);\n"
             "    uint8_t *y = next_row(s);\n"
             "    for (int i = 0; i < row_bytes(&images[s->to]); i++)\n"
             "        y[i] = outcome(s, number(x[i], s->is_signed) * (int32_t)s->multiplier[0] +\n"
             "                              number(z[i], s->also_is_signed) * (int32_t)s->multiplier[1]);\n"
             "}\n"
             "\n"},
    {ALWAYS, "static int is_ready(const step *s)\n"
             "{\n"
             "    int row = made[s->to], rows = images[s->from].rows;\n"
             "    int needed = row * s->stride - s->padding + s->reach;\n"
             "    return row < images[s->to].rows && made[s->from] >= (needed < rows ? needed : rows) &&\n"
             "           (s->also == s->from || made[s->also] > row);\n"
             "}\n"
             "\n"
             "int pmy_classify(const uint8_t *pixels, int16_t *logits);\n"
             "int pmy_classify(const uint8_t *pixels, int16_t *logits)\n"
             "{\n"
             "    int best = 0;\n"
             "    given = pixels;\n"
             "    answers = logits;\n"
             "    for (int i = 0; i <= STEPS; i++)\n"
             "        made[i] = 0;\n"
             "    made[0] = images[0].rows;\n"
             "    while (made[STEPS] == 0) {\n"
             "        const step *s = &steps[STEPS - 1];\n"
             "        while (!is_ready(s))\n"
             "            s--;\n"
             "        s->make_row(s);\n"
             "        made[s->to]++;\n"
             "    }\n"},
    {BYTES, "    for (int k = 0; k < images[STEPS].channels; k++)\n"
            "        logits[k] = (int16_t)number(row_of(STEPS, 0)[k], LAST_IS_SIGNED);\n"},
    {ALWAYS, "    for (int k = 1; k < images[STEPS].channels; k++)\n"
             "        best = logits[k] > logits[best] ? k : best;\n"
             "    return best;\n"
             "}\n"},
};

/* The largest kernel's rows. */
static size_t kernel_rows(const int8_net *net)
{
    size_t most = 1;
    for (size_t i = 0; i < net->count; i++)
        if (net->step[i].kind == INT8_PRODUCT && !net->step[i].whole && net->step[i].kernel_rows > most)
            most = net->step[i].kernel_rows;
    return most;
}

void int8_write_code(FILE *file, const int8_net *net)
{
    bool plain = needs(net, UNSIGNED_DOTS), with_signs = needs(net, SIGNED_DOTS);
    (void)fprintf(file, "\n/* --- The code -------------------------------------------------------- */\n\n");
    (void)fprintf(file, "enum { MEMORY = %zu, KERNEL = %zu", int8_memory_bytes(net), kernel_rows(net));
    if (needs(net, BYTES))
        (void)fprintf(file, ", LAST_IS_SIGNED = %d", net->image[net->count].is_signed);
    (void)fprintf(file, " };\n");
    if (plain || with_signs)
        (void)fprintf(file, "#define ADD %s\n",
                      plain && with_signs ? "(s->is_signed ? add_signed : add_products)"
                      : plain             ? "add_products"
                                          : "add_signed");
    (void)fputc('\n', file);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        if (needs(net, pieces[i].what))
            (void)fputs(pieces[i].code, file);
}
