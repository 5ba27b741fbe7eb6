/* Pictures: well-formed, in the right places, readable, and written whole or not at all. */
#include "common/svg.h"
#include "common/svg_bars.h"
#include "common/svg_heat_map.h"
#include "common/svg_plot.h"
#include "common/svg_style.h"

#include "folder.h"
#include "xml.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

/* The picture's text, which the caller frees, after it was found well-formed. Frees the picture. */
static char *written(test_folder *folder, svg *picture)
{
    const char *path = folder_file(folder, "picture.svg");
    pmy_error error;
    if (svg_write(picture, path, &error))
        fail_msg("%s", error.message);
    svg_free(picture);
    pmy_file file;
    assert_int_equal(pmy_file_read(path, &file, &error), PMY_OK);
    char *text = strndup((const char *)file.bytes, file.size);
    assert_non_null(text);
    assert_int_equal(strlen(text), file.size);
    pmy_file_free(&file);
    assert_well_formed(text);
    return text;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 0.011;
}

/* ---- the document ----------------------------------------------------------- */

static void a_picture_says_its_size_title_and_style(void **state)
{
    char *text = written(*state, svg_new(640, 400.5, "p − y", "a description"));
    assert_non_null(strstr(text, "xmlns=\"http://www.w3.org/2000/svg\""));
    assert_non_null(strstr(text, " viewBox=\"0 0 640 400.5\""));
    assert_non_null(strstr(text, "<title>p − y</title><desc>a description</desc>"));
    assert_non_null(strstr(text, "@media (prefers-color-scheme:dark)"));
    assert_true(near(attribute_of(find_tag(text, "<rect class=\"paper\"", 0), "width"), 640));
    free(text);
}

static void text_is_escaped(void **state)
{
    svg *picture = svg_new(100, 100, "<&>\"", "\x01\xFF");
    svg_text(picture, 1, 2, SVG_MIDDLE, "label", "a < b && \"c\" > \033[31m\xE2\x88 \xEF\xBF\xBE");
    svg_text_upward(picture, 1.005, -2.5, SVG_END, "tick", "∂L/∂p");
    svg_rectangle(picture, (svg_box){0, 0, 1, 1}, "fill-0", 0.5, "<tip>");
    char *text = written(*state, picture);
    assert_non_null(strstr(text, "<title>&lt;&amp;&gt;&quot;</title><desc>\xEF\xBF\xBD\xEF\xBF\xBD</desc>"));
    assert_non_null(
        strstr(text, "<text class=\"label\" text-anchor=\"middle\" x=\"1\" y=\"2\">a &lt; b &amp;&amp; "
                     "&quot;c&quot; &gt; \xEF\xBF\xBD[31m\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD</text>"));
    assert_non_null(
        strstr(text, "text-anchor=\"end\" x=\"1\" y=\"-2.5\" transform=\"rotate(-90 1 -2.5)\">∂L/∂p<"));
    assert_non_null(strstr(text, " fill-opacity=\"0.5\"><title>&lt;tip&gt;</title></rect>"));
    free(text);
}

static void a_path_has_a_gap_where_a_point_is_missing(void **state)
{
    svg *picture = svg_new(100, 100, "t", NULL);
    const double x[] = {1, 2, 3, 4, 5, 6}, y[] = {1, 2, (double)NAN, 4, 5, HUGE_VAL};
    svg_path(picture, x, y, 6, "stroke-0");
    svg_path(picture, x, y, 0, "stroke-1");
    char *text = written(*state, picture);
    assert_non_null(strstr(text, "d=\"M1 1L2 2M4 4L5 5\""));
    assert_non_null(strstr(text, "<path class=\"stroke-1\" d=\"\"/>"));
    free(text);
}

static void every_marker_is_another_shape(void **state)
{
    svg *picture = svg_new(100, 100, "t", NULL);
    for (size_t i = 0; i < SVG_SERIES + 1; i++)
        svg_marker(picture, 10, 20, i, svg_series_fill(i), NULL);
    char *text = written(*state, picture);
    assert_int_equal(count_tags(text, "<circle"), 2);
    assert_int_equal(count_tags(text, "<polygon"), SVG_SERIES - 1);
    assert_int_equal(count_tags(text, "class=\"fill-0\""), 2);
    free(text);
}

static void a_page_has_one_style_for_its_pictures(void **state)
{
    svg *picture = svg_new(100, 50, "<t>", "d");
    svg_line(picture, 1, 2, 3, 4, "grid");
    char *text;
    size_t size;
    FILE *page = open_memstream(&text, &size);
    assert_true(svg_put_inline(picture, page));
    (void)fclose(page);
    assert_well_formed(text);
    assert_null(strstr(text, "http"));
    assert_null(strstr(text, "<style"));
    assert_non_null(strstr(text, "<svg class=\"pmy-plot\" role=\"img\" width=\"100\""));
    assert_non_null(strstr(text, "<title>&lt;t&gt;</title><desc>d</desc>"));
    assert_non_null(strstr(text, "<line class=\"grid\""));
    free(text);
    /* The file still has both. */
    text = written(*state, picture);
    assert_non_null(strstr(text, "<svg xmlns="));
    assert_non_null(strstr(text, "<style"));
    free(text);
    assert_false(svg_put_inline(NULL, stdout));
}

/* ---- writing ---------------------------------------------------------------- */

static size_t files_in(const test_folder *folder)
{
    DIR *directory = opendir(folder->path);
    assert_non_null(directory);
    size_t count = 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
    test_folder *folder = *state;
    svg *picture = svg_new(100, 100, "t", NULL);
    pmy_error error;
    const char *path = folder_file(folder, "missing/p.svg");
    assert_failure(svg_write(picture, path, &error), PMY_IO, &error, path, "No such file");

    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 100;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    path = folder_file(folder, "p.svg");
    pmy_status status = svg_write(picture, path, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_failure(status, PMY_IO, &error, path, "cannot be written");
    assert_int_equal(files_in(folder), 0);
    svg_free(picture);
}

static void no_picture_is_refused(void **state)
{
    test_folder *folder = *state;
    svg_text(NULL, 0, 0, SVG_START, "label", "x");
    svg_plot_draw(NULL, (svg_box){0, 0, 300, 300}, &(svg_plot){.title = "t"});
    pmy_error error;
    const char *path = folder_file(folder, "p.svg");
    assert_failure(svg_write(NULL, path, &error), PMY_NO_MEMORY, &error, path, "no memory");
    assert_int_equal(files_in(folder), 0);
    svg_free(NULL);
}

/* ---- line plots -------------------------------------------------------------- */

static const double steps[] = {1e-8, 1e-6, 1e-4, 1e-2, 1}, errors[] = {1e-4, 1e-6, 1e-8, 0, 1};

static void a_curve_is_where_its_numbers_are(void **state)
{
    const svg_curve curve = {
        .name = "central <difference>", .x = steps, .y = errors, .count = 5, .look = SVG_MARKED_LINE};
    const svg_mark mark = {1e-4, 1e-8, "chosen"};
    const svg_plot plot = {.title = "error",
                           .x_label = "step",
                           .y_label = "relative error",
                           .x_scale = SVG_LOG,
                           .y_scale = SVG_LOG,
                           .curves = &curve,
                           .curve_count = 1,
                           .marks = &mark,
                           .mark_count = 1};
    svg *picture = svg_new(640, 400, "t", NULL);
    svg_plot_draw(picture, (svg_box){0, 0, 640, 400}, &plot);
    char *text = written(*state, picture);
    assert_non_null(strstr(text, ">central &lt;difference&gt;</text>"));
    assert_int_equal(count_tags(text, "<path class=\"stroke-0\""), 2); /* one is in the legend */

    /* M a L b L c, a gap where the error is 0, M d: as straight and as far apart as the logarithms. */
    const char *path = strstr(find_tag(text, "<path class=\"stroke-0\"", 1), " d=\"");
    double x[4], y[4];
    assert_int_equal(sscanf(path, " d=\"M%lf %lfL%lf %lfL%lf %lfM%lf %lf\"", &x[0], &y[0], &x[1], &y[1],
                            &x[2], &y[2], &x[3], &y[3]),
                     8);
    assert_true(near(x[1] - x[0], x[2] - x[1]) && near(y[1] - y[0], y[2] - y[1]));
    assert_true(x[1] > x[0] && y[1] > y[0]); /* smaller errors are further down */
    assert_true(near(x[3] - x[2], 2 * (x[1] - x[0])) && near(y[2] - y[3], 4 * (y[1] - y[0])));
    assert_int_equal(count_tags(text, "<circle class=\"fill-0\""), 5); /* one is in the legend */

    const char *ring = find_tag(text, "<circle class=\"ring\"", 0);
    assert_true(near(attribute_of(ring, "cx"), x[2]) && near(attribute_of(ring, "cy"), y[2]));
    free(text);
}

static void curves_share_colours_and_say_how_sure_they_are(void **state)
{
    static const double x[] = {0, 1, 2}, y[] = {1, 2, 3}, low[] = {0.5, 1, (double)NAN}, high[] = {2, 9, 4};
    const svg_curve curves[] = {
        {.name = "raw", .x = x, .y = y, .count = 3, .look = SVG_FAINT_LINE},
        {.name = "smooth", .x = x, .y = y, .count = 3, .look = SVG_LINE, .continues = true},
        {.name = "sure", .x = x, .y = y, .count = 3, .look = SVG_MARKERS, .low = low, .high = high}};
    svg *picture = svg_new(400, 400, "t", NULL);
    svg_plot_draw(picture, (svg_box){0, 0, 400, 400}, &(svg_plot){.curves = curves, .curve_count = 3});
    char *text = written(*state, picture);
    /* Each line once in the legend and once in the plot. */
    assert_int_equal(count_tags(text, "<path class=\"stroke-0 faint\""), 2);
    assert_int_equal(count_tags(text, "<path class=\"stroke-0\""), 2);
    assert_int_equal(count_tags(text, "class=\"fill-1\""), 1 + 3);
    assert_int_equal(count_tags(text, "<line class=\"stroke-1\""), 2); /* not where one end is none */
    const char *second = find_tag(text, "<line class=\"stroke-1\"", 1);
    assert_true(attribute_of(second, "y2") < attribute_of(second, "y1"));
    assert_true(attribute_of(second, "y2") > 0);
    assert_true(near(attribute_of(second, "x1"), attribute_of(second, "x2")));
    free(text);
}

static void slopes_run_through_their_points(void **state)
{
    const double y[] = {1e-8, 1, 1, 1, 1};
    const svg_curve curve = {.name = "c", .x = steps, .y = y, .count = 5, .look = SVG_LINE};
    const svg_slope slopes[] = {
        {1e-4, 1e-4, 1, "slope 1"}, {1e-4, 1e-4, 0, "slope 0"}, {1, 1e30, 1, "far away"}};
    const svg_plot plot = {.x_scale = SVG_LOG,
                           .y_scale = SVG_LOG,
                           .curves = &curve,
                           .curve_count = 1,
                           .slopes = slopes,
                           .slope_count = 3};
    svg *picture = svg_new(400, 400, "t", NULL);
    svg_plot_draw(picture, (svg_box){0, 0, 400, 400}, &plot);
    char *text = written(*state, picture);
    assert_int_equal(count_tags(text, "<line class=\"reference\""), 2);
    assert_null(strstr(text, "far away"));
    assert_non_null(strstr(text, ">slope 0<"));

    /* From 10⁻⁸ to 1 on both axes, slope 1 is the diagonal of the plot, and slope 0 halves it. */
    const char *path = strstr(find_tag(text, "<path class=\"stroke-0\"", 1), " d=\"");
    double left, bottom, right, top;
    assert_int_equal(sscanf(path, " d=\"M%lf %lfL%*f %lfL%*f %*fL%*f %*fL%lf", &left, &bottom, &top, &right),
                     4);
    const char *diagonal = find_tag(text, "<line class=\"reference\"", 0);
    assert_true(near(attribute_of(diagonal, "x1"), left) && near(attribute_of(diagonal, "y1"), bottom));
    assert_true(near(attribute_of(diagonal, "x2"), right) && near(attribute_of(diagonal, "y2"), top));
    const char *level = find_tag(text, "<line class=\"reference\"", 1);
    assert_true(near(attribute_of(level, "y1"), (top + bottom) / 2));
    assert_true(near(attribute_of(level, "y2"), (top + bottom) / 2));
    free(text);
}

/* Marks at one point would write their labels on top of each other. */
static void labels_keep_out_of_each_others_way(void **state)
{
    const double y[] = {1, 2, 3, 2, 1}, x[] = {0, 1, 2, 3, 4};
    const svg_curve curve = {.x = x, .y = y, .count = 5, .look = SVG_LINE};
    const svg_mark marks[] = {{2, 2, "label"}, {2, 2, "label"}, {2, 2, "label"}, {2, 2, "label"}};
    const svg_plot plot = {.curves = &curve, .curve_count = 1, .marks = marks, .mark_count = 4};
    svg *picture = svg_new(400, 400, "t", NULL);
    svg_plot_draw(picture, (svg_box){0, 0, 400, 400}, &plot);
    char *text = written(*state, picture);
    double width = svg_text_width("label", SVG_LABEL_SIZE);
    for (size_t i = 0; i < 4; i++) {
        const char *first = find_tag(text, "<text class=\"label halo\"", i);
        for (size_t j = i + 1; j < 4; j++) {
            const char *second = find_tag(text, "<text class=\"label halo\"", j);
            bool beside = fabs(attribute_of(first, "x") - attribute_of(second, "x")) >= width - 0.02;
            bool above = fabs(attribute_of(first, "y") - attribute_of(second, "y")) >= SVG_LABEL_SIZE;
            assert_true(beside || above);
        }
    }
    free(text);
}

/* How far the label of the plot's only mark is from it, to the right and down, in middles. */
static void offset_of_label(test_folder *folder, const svg_curve *curves, size_t curve_count, svg_mark mark,
                            double offset[2])
{
    const svg_plot plot = {.curves = curves, .curve_count = curve_count, .marks = &mark, .mark_count = 1};
    svg *picture = svg_new(400, 400, "t", NULL);
    svg_plot_draw(picture, (svg_box){0, 0, 400, 400}, &plot);
    char *text = written(folder, picture);
    const char *ring = find_tag(text, "<circle class=\"ring\"", 0),
               *label = find_tag(text, "<text class=\"label halo\"", 0);
    offset[0] = attribute_of(label, "x") - attribute_of(ring, "cx");
    offset[1] = attribute_of(label, "y") - attribute_of(ring, "cy");
    free(text);
}

static void labels_keep_off_curves_and_within_the_plot(void **state)
{
    const double x[] = {0, 4, 8}, flat[] = {1, 1, 1}, low[] = {0, 0, 0}, high[] = {2, 2, 2};
    const svg_curve apart[] = {{.x = x, .y = high, .count = 3, .look = SVG_LINE},
                               {.x = x, .y = low, .count = 3, .look = SVG_LINE}};
    const svg_curve through[] = {apart[0], apart[1], {.x = x, .y = flat, .count = 3, .look = SVG_LINE}};
    double offset[2];
    /* Nothing in the way: on the right, its letters as high as the ring. */
    offset_of_label(*state, apart, 2, (svg_mark){4, 1, "label"}, offset);
    assert_true(offset[0] > 20 && fabs(offset[1]) < 6);
    /* A curve goes through the point: above it. */
    offset_of_label(*state, through, 3, (svg_mark){4, 1, "label"}, offset);
    assert_true(fabs(offset[0]) < 1 && offset[1] < -10);
    /* At the right end: on the left. */
    offset_of_label(*state, apart, 2, (svg_mark){8, 1, "label"}, offset);
    assert_true(offset[0] < -20 && fabs(offset[1]) < 6);
    /* No line leads from one curve's end to where the next begins. */
    const double corner[] = {8, 8, 8}, rising[] = {0, 1, 2};
    const svg_curve beside[] = {apart[1], {.x = corner, .y = rising, .count = 3, .look = SVG_LINE}};
    offset_of_label(*state, beside, 2, (svg_mark){4, 0.9, "label"}, offset);
    assert_true(offset[0] > 20 && fabs(offset[1]) < 6);
}

/* All text stays within the picture, whatever is drawn. */
static void assert_inside(const char *text, double width, double height)
{
    for (size_t i = 0; i < count_tags(text, "<text"); i++) {
        const char *tag = find_tag(text, "<text", i);
        double x = attribute_of(tag, "x"), y = attribute_of(tag, "y");
        if (x < 0 || x > width || y < 0 || y > height)
            fail_msg("outside of %g × %g: %.100s", width, height, tag);
    }
}

static void hard_numbers_make_a_sound_plot(void **state)
{
    const double hard[] = {(double)NAN, HUGE_VAL, -HUGE_VAL, 0, -1, 5e-324, 1.7976931348623157e308, 1e-300};
    const svg_curve curves[] = {{.name = "a", .x = hard, .y = hard, .count = 8, .look = SVG_MARKED_LINE},
                                {.name = "b", .x = hard, .y = hard, .count = 0, .look = SVG_DASHED_LINE}};
    const svg_mark mark = {(double)NAN, 1, "m"};
    const svg_slope slope = {0, -1, HUGE_VAL, "s"};
    for (int scales = 0; scales < 4; scales++) {
        const svg_plot plot = {.title = "t",
                               .x_scale = scales & 1 ? SVG_LOG : SVG_LINEAR,
                               .y_scale = scales & 2 ? SVG_LOG : SVG_LINEAR,
                               .curves = curves,
                               .curve_count = 2,
                               .marks = &mark,
                               .mark_count = 1,
                               .slopes = &slope,
                               .slope_count = scales == 3};
        svg *picture = svg_new(400, 300, "t", NULL);
        svg_plot_draw(picture, (svg_box){0, 0, 400, 300}, &plot);
        svg_plot_draw(picture, (svg_box){0, 0, 400, 300}, &(svg_plot){.title = "nothing"});
        char *text = written(*state, picture);
        assert_null(strstr(text, "\"nan\""));
        assert_null(strstr(text, "\"inf\""));
        assert_inside(text, 400, 300);
        free(text);
    }
}

/* ---- bars --------------------------------------------------------------------- */

static const char *const names[] = {"cat", "dog", "<fish>"};

static void bars_stand_on_zero(void **state)
{
    const double p[] = {0.75, 0.25, 0}, difference[] = {-0.25, HUGE_VAL, -HUGE_VAL};
    const svg_bar_series series[] = {{"p", p}, {"p − y", difference}};
    const svg_bars bars = {"bars", "class", "value", names, 3, series, 2};
    svg *picture = svg_new(640, 300, "t", NULL);
    svg_bars_draw(picture, (svg_box){0, 0, 640, 300}, &bars);
    char *text = written(*state, picture);
    /* The first of each is in the legend. */
    assert_int_equal(count_tags(text, "<rect class=\"fill-0\""), 1 + 3);
    assert_int_equal(count_tags(text, "<rect class=\"fill-1\""), 1 + 1);
    const char *high = find_tag(text, "<rect class=\"fill-0\"", 1),
               *low = find_tag(text, "<rect class=\"fill-0\"", 2);
    const char *none = find_tag(text, "<rect class=\"fill-0\"", 3),
               *down = find_tag(text, "<rect class=\"fill-1\"", 1);
    double zero = attribute_of(none, "y");
    assert_true(near(attribute_of(none, "height"), 0));
    assert_true(near(attribute_of(high, "y") + attribute_of(high, "height"), zero));
    assert_true(near(attribute_of(high, "height"), 3 * attribute_of(low, "height")));
    assert_true(near(attribute_of(down, "y"), zero));
    assert_true(near(attribute_of(down, "height"), attribute_of(low, "height")));
    assert_non_null(strstr(text, "<title>cat, p: 0.75</title>"));
    assert_non_null(strstr(text, ">0.75</text>"));
    assert_non_null(strstr(text, ">−0.25</text>"));
    assert_non_null(strstr(text, ">∞</text>"));
    assert_non_null(strstr(text, ">−∞</text>"));
    assert_non_null(strstr(text, ">&lt;fish&gt;</text>"));
    free(text);
}

static void crowded_bars_leave_names_and_values_out(void **state)
{
    enum { MANY = 200 };
    static double values[MANY];
    static char numbers[MANY][8];
    const char *many[MANY];
    for (size_t i = 0; i < MANY; i++) {
        values[i] = 1 / (double)(i + 3);
        (void)snprintf(numbers[i], sizeof numbers[i], "c%zu", i);
        many[i] = numbers[i];
    }
    values[5] = -HUGE_VAL;
    const svg_bar_series series = {"p", values};
    const svg_bars bars = {NULL, NULL, NULL, many, MANY, &series, 1};
    svg *picture = svg_new(640, 300, "t", NULL);
    svg_bars_draw(picture, (svg_box){0, 0, 640, 300}, &bars);
    char *text = written(*state, picture);
    assert_int_equal(count_tags(text, "<rect class=\"fill-0\""), 1 + MANY - 1);
    assert_null(strstr(text, ">0.333</text>"));
    assert_non_null(strstr(text, ">−∞</text>"));
    size_t named = count_tags(text, ">c") - (MANY - 1); /* without the tooltips */
    assert_true(named >= 5 && named <= 25);
    assert_inside(text, 640, 300);
    free(text);
}

/* ---- heat maps ----------------------------------------------------------------- */

static void cells_show_sign_size_and_value(void **state)
{
    const double values[] = {0.5, -0.25, 0, (double)NAN, HUGE_VAL, -HUGE_VAL};
    const svg_heat_map map = {.title = "Jacobian",
                              .row_label = "i",
                              .column_label = "j",
                              .row_names = names,
                              .column_names = names,
                              .values = values,
                              .rows = 2,
                              .columns = 3};
    svg *picture = svg_new(500, 300, "t", NULL);
    svg_heat_map_draw(picture, (svg_box){0, 0, 500, 300}, &map);
    char *text = written(*state, picture);
    static const struct {
        const char *style, *tooltip, *label;
        double opacity;
    } cells[] = {{"positive", "cat, cat: 0.5", "0.500", 1},
                 {"negative", "cat, dog: -0.25", "−0.250", 0.5},
                 {"positive", "cat, &lt;fish&gt;: 0", "0.000", 0},
                 {"unknown", "dog, cat: nan", "nan", 1},
                 {"positive", "dog, dog: inf", "∞", 1},
                 {"negative", "dog, &lt;fish&gt;: -inf", "−∞", 1}};
    for (size_t i = 0; i < 6; i++) {
        const char *cell = find_tag(text, "<rect", 1 + i); /* the paper is the first */
        char expected[128];
        (void)snprintf(expected, sizeof expected, "<rect class=\"%s\"", cells[i].style);
        assert_memory_equal(cell, expected, strlen(expected));
        (void)snprintf(expected, sizeof expected, "<title>%s</title>", cells[i].tooltip);
        const char *tooltip = strstr(cell, "<title>");
        assert_memory_equal(tooltip, expected, strlen(expected));
        assert_true(near(cells[i].opacity < 1 ? attribute_of(cell, "fill-opacity") : 1, cells[i].opacity));
        (void)snprintf(expected, sizeof expected, ">%s</text>", cells[i].label);
        const char *label = strstr(cell, "</text>") - strlen(cells[i].label) - 1;
        assert_memory_equal(label, expected, strlen(expected));
        assert_true(near(attribute_of(cell, "x"), attribute_of(find_tag(text, "<rect", 1), "x") +
                                                      (double)(i % 3) * attribute_of(cell, "width")));
    }
    assert_inside(text, 500, 300);
    free(text);
}

static void counts_can_be_coloured_by_something_else(void **state)
{
    const double values[] = {250, 0, 3, 9}, strengths[] = {0.5, 0, -0.25, 1};
    const svg_heat_map map = {.row_names = names,
                              .column_names = names,
                              .values = values,
                              .rows = 2,
                              .columns = 2,
                              .counts = true,
                              .strengths = strengths};
    svg *picture = svg_new(400, 300, "t", NULL);
    svg_heat_map_draw(picture, (svg_box){0, 0, 400, 300}, &map);
    char *text = written(*state, picture);
    assert_int_equal(count_tags(text, "<rect"), 1 + 4); /* the paper, the cells, and no key */
    assert_int_equal(count_tags(text, "class=\"negative\""), 1);
    assert_true(near(attribute_of(find_tag(text, "<rect", 1), "fill-opacity"), 0.5));
    assert_true(near(attribute_of(find_tag(text, "<rect class=\"negative\"", 0), "fill-opacity"), 0.25));
    assert_non_null(strstr(text, ">250</text>"));
    assert_non_null(strstr(text, ">9</text>"));
    assert_null(strstr(text, ">0</text>"));
    assert_inside(text, 400, 300);
    free(text);
}

/* Also where names of columns are turned: their room is that of the cut ones. */
static void long_names_of_rows_and_columns_are_cut(void **state)
{
    static const char *const long_names[] = {"abcdefghijklmnopqrstuvwxyz", "b"};
    const double values[] = {1, 2, 3, 4};
    const svg_heat_map map = {.row_names = long_names,
                              .column_names = long_names,
                              .column_label = "above them",
                              .values = values,
                              .rows = 2,
                              .columns = 2};
    svg *picture = svg_new(400, 300, "t", NULL);
    svg_heat_map_draw(picture, (svg_box){0, 0, 400, 300}, &map);
    char *text = written(*state, picture);
    const char *row = strstr(text, ">abcdefghijklmnopqrs…</text>");
    assert_non_null(row);
    assert_non_null(strstr(row + 1, ">abcdefghijklmnopqrs…</text>"));
    assert_null(strstr(text, ">abcdefghijklmnopqrstuvwxyz</text>"));
    free(text);
}

static void large_and_odd_maps_are_sound(void **state)
{
    enum { SIZE = 60 };
    static double values[SIZE * SIZE];
    const char *many[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        many[i] = "a name that is longer than any cell";
    const svg_heat_map maps[] = {{.title = "large",
                                  .row_label = "i",
                                  .column_label = "j",
                                  .row_names = many,
                                  .column_names = many,
                                  .values = values,
                                  .rows = SIZE,
                                  .columns = SIZE},
                                 {.title = "wide",
                                  .row_names = many,
                                  .column_names = many,
                                  .values = values,
                                  .rows = 1,
                                  .columns = SIZE},
                                 {.title = "high",
                                  .row_names = many,
                                  .column_names = many,
                                  .values = values,
                                  .rows = SIZE,
                                  .columns = 1},
                                 {.title = "one",
                                  .row_names = names,
                                  .column_names = names,
                                  .values = values,
                                  .rows = 1,
                                  .columns = 1}};
    for (size_t i = 0; i < 4; i++) {
        for (int filled = 0; filled < 2; filled++) {
            values[0] = filled ? 1e-300 : 0;
            svg *picture = svg_new(800, 600, "t", NULL);
            svg_heat_map_draw(picture, (svg_box){0, 0, 800, 600}, &maps[i]);
            char *text = written(*state, picture);
            assert_inside(text, 800, 600);
            free(text);
        }
    }
}

/* ---- colours -------------------------------------------------------------------- */

typedef struct colour {
    double part[3]; /* red, green, blue, 0 … 1 */
} colour;

/* What the rule for ".pmy-plot WORD{PROPERTY:" says from `sheet` on. */
static colour colour_of(const char *sheet, const char *rule)
{
    const char *at = strstr(sheet, rule);
    unsigned parts[3];
    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen(rule), "#%2x%2x%2x", &parts[0], &parts[1], &parts[2]), 3);
    return (colour){{parts[0] / 255.0, parts[1] / 255.0, parts[2] / 255.0}};
}

static colour mixed(colour over, colour under, double opacity)
{
    for (int i = 0; i < 3; i++)
        over.part[i] = opacity * over.part[i] + (1 - opacity) * under.part[i];
    return over;
}

/* WCAG 2: relative luminance and contrast ratio. */
static double luminance(colour of)
{
    double sum = 0;
    static const double weights[3] = {0.2126, 0.7152, 0.0722};
    for (int i = 0; i < 3; i++)
        sum += weights[i] *
               (of.part[i] <= 0.04045 ? of.part[i] / 12.92 : pow((of.part[i] + 0.055) / 1.055, 2.4));
    return sum;
}

static double contrast(colour a, colour b)
{
    double first = luminance(a) + 0.05, second = luminance(b) + 0.05;
    return first > second ? first / second : second / first;
}

static void assert_readable(colour text, colour paper, const char *what)
{
    if (contrast(text, paper) < 4.5)
        fail_msg("%s: a contrast of %.2f", what, contrast(text, paper));
}

static void lines_and_letters_stand_out_from_both_papers(void **state)
{
    (void)state;
    for (int dark = 0; dark < 2; dark++) {
        const char *sheet = dark ? strstr(svg_style_sheet, "@media") : svg_style_sheet;
        colour paper = colour_of(sheet, ".paper{fill:");
        assert_true(dark ? luminance(paper) < 0.02 : luminance(paper) > 0.98);
        assert_readable(colour_of(sheet, ".pmy-plot text{fill:"), paper, "text");
        assert_readable(colour_of(sheet, ".pmy-plot .tick{fill:"), paper, "ticks");
        for (size_t i = 0; i < SVG_SERIES; i++) {
            char rule[32];
            (void)snprintf(rule, sizeof rule, ".%s{stroke:", svg_series_stroke(i));
            assert_readable(colour_of(sheet, rule), paper, rule);
        }
    }
}

/* From the smallest value to the largest, and back on the other side of zero. */
static void values_are_readable_on_every_cell(void **state)
{
    enum { CELLS = 101 };
    double values[2 * CELLS];
    const char *numbers[CELLS];
    for (size_t i = 0; i < CELLS; i++) {
        numbers[i] = "n";
        values[i] = (double)i / (CELLS - 1);
        values[CELLS + i] = -values[i];
    }
    const svg_heat_map map = {.title = NULL,
                              .row_names = numbers,
                              .column_names = numbers,
                              .values = values,
                              .rows = 2,
                              .columns = CELLS};
    svg *picture = svg_new(6000, 300, "t", NULL);
    svg_heat_map_draw(picture, (svg_box){0, 0, 6000, 300}, &map);
    char *text = written(*state, picture);
    for (int dark = 0; dark < 2; dark++) {
        const char *sheet = dark ? strstr(svg_style_sheet, "@media") : svg_style_sheet;
        colour paper = colour_of(sheet, ".paper{fill:"), ink = colour_of(sheet, ".cell{fill:");
        colour white = colour_of(sheet, ".on-strong{fill:");
        for (size_t i = 0; i < 2 * CELLS; i++) {
            const char *cell = find_tag(text, "<rect", 1 + i), *label = strstr(cell, "<text");
            colour full = colour_of(sheet, i < CELLS ? ".positive{fill:" : ".negative{fill:");
            bool strong = strncmp(label, "<text class=\"on-strong\"", 22) == 0;
            bool weak = strncmp(label, "<text class=\"cell\"", 17) == 0;
            assert_true(strong || weak);
            assert_readable(strong ? white : ink, mixed(full, paper, fabs(values[i])), "a cell");
        }
        assert_readable(white, colour_of(sheet, ".unknown{fill:"), "a cell without a value");
    }
    free(text);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_picture_says_its_size_title_and_style),
        WITH_FOLDER(text_is_escaped),
        WITH_FOLDER(a_path_has_a_gap_where_a_point_is_missing),
        WITH_FOLDER(every_marker_is_another_shape),
        WITH_FOLDER(a_page_has_one_style_for_its_pictures),
        WITH_FOLDER(a_failed_write_leaves_nothing_behind),
        WITH_FOLDER(no_picture_is_refused),
        WITH_FOLDER(a_curve_is_where_its_numbers_are),
        WITH_FOLDER(curves_share_colours_and_say_how_sure_they_are),
        WITH_FOLDER(slopes_run_through_their_points),
        WITH_FOLDER(labels_keep_out_of_each_others_way),
        WITH_FOLDER(labels_keep_off_curves_and_within_the_plot),
        WITH_FOLDER(hard_numbers_make_a_sound_plot),
        WITH_FOLDER(bars_stand_on_zero),
        WITH_FOLDER(crowded_bars_leave_names_and_values_out),
        WITH_FOLDER(cells_show_sign_size_and_value),
        WITH_FOLDER(counts_can_be_coloured_by_something_else),
        WITH_FOLDER(long_names_of_rows_and_columns_are_cut),
        WITH_FOLDER(large_and_odd_maps_are_sound),
        cmocka_unit_test(lines_and_letters_stand_out_from_both_papers),
        WITH_FOLDER(values_are_readable_on_every_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
