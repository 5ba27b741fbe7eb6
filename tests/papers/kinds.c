#include "papers/kinds.h"

/* A range of 0 … 0 in a row below stands for this one's. */
static const paper_kind plain = {.paper = {0.82, 1},
                                 .ink = {0.02, 0.25},
                                 .paper_colour = {0, 0.06},
                                 .ink_colour = {0, 0.3},
                                 .height = {0.3, 0.7},
                                 .pen = {0.05, 0.12},
                                 .place = {0, 0.4},
                                 .rules = {0.15, 0.45},
                                 .rule_width = {0.003, 0.007},
                                 .pitch = {0.05, 0.12},
                                 .angle = {0, 4},
                                 .shadow_edge = {0.1, 0.3},
                                 .noise = {0, 4},
                                 .side = {300, 640}};

static const paper_kind kinds[] = {
    {.name = "plain"},
    {.name = "lined", .print = PRINT_LINES},
    {.name = "lined, dark rules", .print = PRINT_LINES, .rules = {0.45, 0.8}},
    {.name = "lined, with a margin", .print = PRINT_MARGIN},
    {.name = "lined, thin pen", .print = PRINT_LINES, .pen = {0.025, 0.05}},
    {.name = "lined, in shadow", .print = PRINT_LINES, .shadow = {0.2, 0.45}, .shadow_edge = {0.02, 0.2}},
    {.name = "lined, in perspective", .print = PRINT_LINES, .tilt = {0.03, 0.1}, .angle = {0, 8}},
    {.name = "squared", .print = PRINT_SQUARES},
    {.name = "squared, dark rules", .print = PRINT_SQUARES, .rules = {0.45, 0.75}},
    {.name = "squared, dark picture",
     .print = PRINT_SQUARES,
     .paper = {0.3, 0.5},
     .ink = {0.02, 0.08},
     .rules = {0.08, 0.2}},
    {.name = "dotted", .print = PRINT_DOTS, .rule_width = {0.006, 0.01}, .rules = {0.2, 0.6}},
    {.name = "boxed", .print = PRINT_BOX, .pitch = {1.15, 1.7}, .rules = {0.3, 0.9}, .height = {0.25, 0.5}},
    {.name = "row of boxes",
     .print = PRINT_COMB,
     .pitch = {1.15, 1.6},
     .rules = {0.3, 0.9},
     .height = {0.2, 0.35}},
    {.name = "dark paper", .paper = {0.05, 0.3}, .ink = {0.7, 1}},
    {.name = "lined dark paper", .print = PRINT_LINES, .paper = {0.05, 0.25}, .ink = {0.75, 1}},
    {.name = "chalk",
     .paper = {0.12, 0.3},
     .paper_colour = {0, 0.3},
     .ink = {0.75, 0.95},
     .grain = {0.25, 0.5},
     .pen = {0.06, 0.12}},
    {.name = "pencil", .ink = {0.3, 0.5}, .grain = {0.15, 0.4}, .pen = {0.03, 0.06}, .ink_colour = {0, 0.05}},
    {.name = "coloured ink", .ink = {0.15, 0.45}, .ink_colour = {0.5, 1}},
    {.name = "coloured paper", .paper = {0.6, 0.9}, .paper_colour = {0.2, 0.6}},
    {.name = "soft shadow", .shadow = {0.3, 0.6}, .shadow_edge = {0.2, 0.6}},
    {.name = "hard shadow", .shadow = {0.3, 0.65}, .shadow_edge = {0.005, 0.05}},
    {.name = "gradient of light", .gradient = {0.4, 0.75}},
    {.name = "perspective", .tilt = {0.05, 0.15}, .angle = {0, 10}},
    {.name = "blurred", .blur = {2, 5}},
    {.name = "noisy", .noise = {15, 40}},
    {.name = "JPEG damage", .quality = {5, 20}, .blur = {0.3, 1}},
    {.name = "thin pen", .pen = {0.012, 0.03}},
    {.name = "thick pen", .pen = {0.14, 0.2}},
    {.name = "turned", .angle = {8, 15}},
    {.name = "in a corner", .place = {0.85, 1}, .height = {0.15, 0.35}},
    {.name = "on a dark desk",
     .desk = {0.1, 0.45},
     .height = {0.2, 0.4},
     .angle = {0, 12},
     .tilt = {0, 0.06}},
    {.name = "on a light desk",
     .desk = {0.55, 0.75},
     .paper = {0.88, 1},
     .height = {0.2, 0.4},
     .angle = {0, 12},
     .tilt = {0, 0.06}},
    {.name = "lined, on a desk",
     .print = PRINT_LINES,
     .desk = {0.1, 0.6},
     .paper = {0.86, 1},
     .height = {0.2, 0.4},
     .angle = {0, 10}},
    {.name = "small picture", .side = {32, 64}, .height = {0.55, 0.8}, .pen = {0.08, 0.14}},
    {.name = "white on transparent", .transparent = true, .ink = {0.9, 1}, .ink_colour = {0, 0.1}},
    {.name = "black on transparent", .transparent = true},

    {.name = "blank", .mark = MARK_NONE, .noise = {0, 12}},
    {.name = "blank, dark", .mark = MARK_NONE, .noise = {0, 12}, .paper = {0.05, 0.4}},
    {.name = "ruled", .mark = MARK_NONE, .print = PRINT_LINES, .rules = {0.1, 0.8}, .angle = {0, 10}},
    {.name = "squared", .mark = MARK_NONE, .print = PRINT_SQUARES, .rules = {0.1, 0.8}, .angle = {0, 10}},
    {.name = "boxed",
     .mark = MARK_NONE,
     .print = PRINT_BOX,
     .rules = {0.3, 0.9},
     .pitch = {1.15, 1.7},
     .angle = {0, 10}},
    {.name = "desk", .mark = MARK_NONE, .desk = {0.1, 0.7}, .angle = {0, 15}, .tilt = {0, 0.06}},
    {.name = "shadow", .mark = MARK_NONE, .shadow = {0.2, 0.65}, .shadow_edge = {0.005, 0.5}},
    {.name = "blot", .mark = MARK_BLOT, .height = {0.05, 0.4}},
};

size_t paper_kinds(void)
{
    return sizeof kinds / sizeof *kinds;
}

static void inherit(range *own, range from)
{
    if (!(own->most > 0))
        *own = from;
}

paper_kind paper_kind_at(size_t index)
{
    paper_kind kind = kinds[index];
    inherit(&kind.paper, plain.paper);
    inherit(&kind.ink, plain.ink);
    inherit(&kind.paper_colour, plain.paper_colour);
    inherit(&kind.ink_colour, plain.ink_colour);
    inherit(&kind.height, plain.height);
    inherit(&kind.pen, plain.pen);
    inherit(&kind.place, plain.place);
    inherit(&kind.rules, plain.rules);
    inherit(&kind.rule_width, plain.rule_width);
    inherit(&kind.pitch, plain.pitch);
    inherit(&kind.angle, plain.angle);
    inherit(&kind.shadow_edge, plain.shadow_edge);
    inherit(&kind.noise, plain.noise);
    inherit(&kind.side, plain.side);
    return kind;
}

double range_draw(range from, pmy_random *random)
{
    return from.least + (from.most - from.least) * pmy_random_uniform(random);
}
