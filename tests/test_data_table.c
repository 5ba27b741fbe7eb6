/* Tables of text as datasets: what columns become, and which are refused. */
#include "data/table.h"

#include "folder.h"
#include "training_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Writes a file of these bytes into the folder and returns its path. */
static const char *write_bytes(test_folder *folder, const char *name, const char *text, size_t size)
{
    pmy_file contents = contents_of(text, size);
    const char *path = folder_write(folder, name, contents);
    pmy_file_free(&contents);
    return path;
}

static pmy_csv read_text(test_folder *folder, const char *text)
{
    pmy_csv csv;
    pmy_error error;
    const char *path = write_bytes(folder, "t.csv", text, strlen(text));
    if (pmy_csv_read(path, PMY_HEADER_GUESSED, &csv, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return csv;
}

static pmy_table learn(const pmy_csv *csv, pmy_table_options options)
{
    pmy_table table;
    pmy_error error;
    if (pmy_table_learn(csv, &options, &table, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return table;
}

static void expect_rows(const pmy_table *table, const pmy_csv *csv, bool labelled,
                        const float *x /* [rows, features] */, pmy_dataset *dataset)
{
    pmy_error error;
    size_t features = pmy_table_features(table);
    if (pmy_table_dataset(table, csv, labelled, dataset, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_int_equal(dataset->count, csv->rows);
    assert_true(pmy_shape_equal(pmy_dataset_shape(dataset), PMY_SHAPE(features)));
    for (size_t i = 0; i < csv->rows * features; i++)
        assert_true(dataset->reals[i] == x[i]);
    assert_int_equal(pmy_dataset_check(dataset, 0, dataset->count, NULL), PMY_OK);
}

/* --- What columns become ---------------------------------------------------- */

static const char pets[] = "name,weight,fur,legs,kind\n"
                           "Rex,12.34567,brown,4,dog\n"
                           "Tom,4e0,grey,4,cat\n"
                           "Pip,-0.05,brown,2,bird\n"
                           "Max,+9,\"white, grey\",3,dog\n";

static void texts_become_columns_of_their_own(void **state)
{
    pmy_csv csv = read_text(*state, pets);
    const char *const without[] = {"name"};
    pmy_table table = learn(&csv, (pmy_table_options){.without = without, .without_count = 1});
    assert_int_equal(table.columns, 3);
    assert_string_equal(table.column[1].name, "fur");
    assert_int_equal(table.column[1].values, 3);
    assert_string_equal(table.column[1].value[2], "white, grey");
    assert_string_equal(table.label.name, "kind");
    pmy_dataset dataset;
    const float x[] = {12.34567f, 1, 0, 0, 4, 4, 0, 1, 0, 4, -0.05f, 1, 0, 0, 2, 9, 0, 0, 1, 3};
    expect_rows(&table, &csv, true, x, &dataset);
    assert_int_equal(dataset.classes, 3);
    static const char *const names[] = {"bird", "cat", "dog"};
    static const int32_t labels[] = {2, 1, 0, 2};
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(dataset.names[i], names[i]);
    assert_memory_equal(dataset.labels, labels, sizeof labels);
    assert_null(dataset.targets);
    pmy_dataset_free(&dataset);
    pmy_table_free(&table);
    pmy_csv_free(&csv);
}

/* Classes that are numbers stand in the numbers' order. */
static void a_label_is_named_or_numbered(void **state)
{
    pmy_csv csv = read_text(*state, "10,a,0.5\n9,b,0.25\n10,a,1\n-1,b,2\n");
    pmy_table table = learn(&csv, (pmy_table_options){.label = "1"});
    pmy_dataset dataset;
    const float x[] = {1, 0, 0.5f, 0, 1, 0.25f, 1, 0, 1, 0, 1, 2};
    expect_rows(&table, &csv, true, x, &dataset);
    assert_int_equal(dataset.classes, 3);
    assert_string_equal(dataset.names[0], "-1");
    assert_string_equal(dataset.names[1], "9");
    assert_int_equal(dataset.labels[0], 2);
    pmy_dataset_free(&dataset);
    pmy_table_free(&table);
    table = learn(&csv, (pmy_table_options){.label = "column 3", .regression = true});
    const float y[] = {10, 1, 0, 9, 0, 1, 10, 1, 0, -1, 0, 1}, targets[] = {0.5f, 0.25f, 1, 2};
    expect_rows(&table, &csv, true, y, &dataset);
    assert_int_equal(dataset.target_width, 1);
    assert_memory_equal(dataset.targets, targets, sizeof targets);
    assert_null(dataset.labels);
    pmy_dataset_free(&dataset);
    pmy_table_free(&table);
    pmy_csv_free(&csv);
}

/* A name that is also a number is a name. */
static void a_name_comes_before_a_number(void **state)
{
    static const char text[] = "x,1,y\n0.5,a,b\n0.25,b,b\n";
    pmy_csv csv;
    const char *path = write_bytes(*state, "t.csv", text, strlen(text));
    assert_int_equal(pmy_csv_read(path, PMY_HEADER_THERE, &csv, NULL), PMY_OK);
    pmy_table table = learn(&csv, (pmy_table_options){.label = "1"});
    assert_int_equal(table.label.place, 1);
    pmy_table_free(&table);
    pmy_csv_free(&csv);
}

static void other_files_find_their_columns(void **state)
{
    pmy_csv csv = read_text(*state, "a,b,c\n1,x,no\n2,y,yes\n");
    pmy_table table = learn(&csv, (pmy_table_options){.label = "b"});
    pmy_csv_free(&csv);
    pmy_dataset dataset;
    /* By their names, wherever they are, and whatever else there is. */
    csv = read_text(*state, "more,c,a\n7,yes,5\n8,no,6\n");
    expect_rows(&table, &csv, false, (const float[]){5, 0, 1, 6, 1, 0}, &dataset);
    assert_null(dataset.labels);
    pmy_dataset_free(&dataset);
    pmy_csv_free(&csv);
    /* By their places, where there are no names. */
    csv = read_text(*state, "5,x,yes\n6,y,no\n");
    expect_rows(&table, &csv, true, (const float[]){5, 0, 1, 6, 1, 0}, &dataset);
    assert_int_equal(dataset.labels[1], 1);
    pmy_dataset_free(&dataset);
    pmy_csv_free(&csv);
    csv = read_text(*state, "5,yes\n6,no\n");
    expect_rows(&table, &csv, false, (const float[]){5, 0, 1, 6, 1, 0}, &dataset);
    pmy_dataset_free(&dataset);
    pmy_csv_free(&csv);
    pmy_table_free(&table);
}

static void what_is_missing_may_be_the_mean(void **state)
{
    pmy_csv csv = read_text(*state, "a,b,c\n1,x,no\n,y,yes\n4,?,yes\nNA,x,no\n1,x,no\n");
    pmy_table table = learn(&csv, (pmy_table_options){.missing = PMY_MISSING_MEAN});
    pmy_dataset dataset;
    const float x[] = {1, 1, 0, 2, 0, 1, 4, 0.75f, 0.25f, 2, 1, 0, 1, 1, 0};
    expect_rows(&table, &csv, true, x, &dataset);
    pmy_dataset_free(&dataset);
    pmy_csv_free(&csv);
    csv = read_text(*state, "a,b,c\n,N/A,no\nnull,NaN,yes\n");
    expect_rows(&table, &csv, true, (const float[]){2, 0.75f, 0.25f, 2, 0.75f, 0.25f}, &dataset);
    pmy_dataset_free(&dataset);
    pmy_csv_free(&csv);
    pmy_table_free(&table);
}

/* --- What is refused -------------------------------------------------------- */

/* Rows of a table whose `column` has these cells, beside a number that tells and a class. */
static void expect_unlearned(test_folder *folder, const char *column, const char *const *cells, size_t rows,
                             const char *words)
{
    static char text[20000];
    size_t size = (size_t)snprintf(text, sizeof text, "%s,x,class\n", column);
    for (size_t i = 0; i < rows; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s,%zu.5,%s\n", cells[i], i * i % 7,
                                 i % 2 ? "odd" : "even");
    pmy_csv csv = read_text(folder, text);
    pmy_table table;
    pmy_error error = {0};
    pmy_status status = pmy_table_learn(&csv, &(pmy_table_options){0}, &table, &error);
    assert_failure(status, PMY_BAD_FILE, &error, csv.path, words);
    assert_null(table.column);
    pmy_csv_free(&csv);
}

static void large_numbers_that_stay_count_nothing(void **state)
{
    static const char text[] = "a,b\n2e7,x\n2e7,y\n2e7,x\n2e7,y\n2e7,x\n2e7,y\n2e7,x\n2e7,y\n2e7,x\n2e7,y\n";
    pmy_csv csv = read_text(*state, text);
    pmy_table table;
    assert_int_equal(pmy_table_learn(&csv, &(pmy_table_options){0}, &table, NULL), PMY_OK);
    pmy_table_free(&table);
    pmy_csv_free(&csv);
}

static void columns_that_tell_nothing_are_refused(void **state)
{
    enum { MANY = 210 };
    static char text[MANY][8];
    const char *cells[MANY];
    for (size_t i = 0; i < MANY; i++)
        cells[i] = text[i];
    for (size_t i = 0; i < MANY; i++)
        (void)snprintf(text[i], sizeof *text, "%zu", 41 + i);
    expect_unlearned(*state, "id", cells, 12,
                     "column 'id' counts the rows: leave it out with --without 'id'");
    for (size_t i = 0; i < MANY; i++)
        (void)snprintf(text[i], sizeof *text, "k%zux", i);
    expect_unlearned(*state, "key", cells, 12, "column 'key' has another text in each row: leave it out");
    for (size_t i = 0; i < MANY; i++)
        (void)snprintf(text[i], sizeof *text, "k%zux", i / 2);
    expect_unlearned(*state, "key", cells, MANY, "column 'key' has more than 100 different texts: leave");
    const char *const dates[] = {"2024-05-31", "31.5.24", "5/31/2024 12:30", "2024-05-31T01:00"};
    expect_unlearned(*state, "when", dates, 4, "column 'when' holds dates: leave it out");
    const char *const none[] = {"", "NA", "?"};
    expect_unlearned(*state, "empty", none, 3, "column 'empty' has no values: leave it out");
}

static void cells_that_do_not_fit_are_refused(void **state)
{
    const char *const comma[] = {"\"3,14\"", "\"2,5\"", "\"1,000.5\""};
    expect_unlearned(*state, "x1", comma, 3,
                     "line 2, column 'x1': '3,14' has a comma: write numbers as 1234.5");
    const char *const one_comma[] = {"3.14", "\"2,5\"", "1"};
    expect_unlearned(*state, "x1", one_comma, 3, "line 3, column 'x1': '2,5' has a comma");
    const char *const text[] = {"3.14", "1", "about 3"};
    expect_unlearned(*state, "x1", text, 3,
                     "line 4, column 'x1': 'about 3' is no number that a float can hold");
    const char *const large[] = {"3.14", "1e39", "1"};
    expect_unlearned(*state, "x1", large, 3, "line 3, column 'x1': '1e39' is no number");
    const char *const infinite[] = {"3.14", "inf", "1"};
    expect_unlearned(*state, "x1", infinite, 3, "line 3, column 'x1': 'inf' is no number");
    const char *const missing[] = {"3.14", "1", ""};
    expect_unlearned(*state, "x1", missing, 3, "line 4, column 'x1': is missing: --missing mean");
    const char *const control[] = {"a", "b\x1b[2J", "a"};
    expect_unlearned(*state, "x1", control, 3, "the text 'b?[2J' has a control character");
}

static void expect_no_label(test_folder *folder, const char *text, pmy_table_options options,
                            pmy_status expected, const char *words)
{
    pmy_csv csv = read_text(folder, text);
    pmy_table table;
    pmy_error error = {0};
    pmy_status status = pmy_table_learn(&csv, &options, &table, &error);
    assert_failure(status, expected, &error, csv.path, words);
    pmy_csv_free(&csv);
}

static void labels_that_cannot_be_learned_are_refused(void **state)
{
    const char *const without[] = {"b"};
    const pmy_table_options usual = {0}, real = {.regression = true};
    expect_no_label(*state, "a,b\n1,x\n2,y\n", (pmy_table_options){.label = "c"}, PMY_BAD_ARGUMENT,
                    "has no column 'c'; the first of its 2 is 'a'");
    expect_no_label(*state, "a,b\n1,x\n2,y\n", (pmy_table_options){.label = "3"}, PMY_BAD_ARGUMENT,
                    "has no column '3'");
    expect_no_label(*state, "a,b\n1,x\n2,y\n", (pmy_table_options){.label = "0"}, PMY_BAD_ARGUMENT,
                    "has no column '0'");
    expect_no_label(*state, "a,b\n1,x\n2,y\n", (pmy_table_options){.without = without, .without_count = 1},
                    PMY_BAD_ARGUMENT, "column 'b' is to be learned and cannot be left out");
    expect_no_label(*state, "a,b\n1,x\n2,y\n",
                    (pmy_table_options){.label = "a", .without = without, .without_count = 1},
                    PMY_BAD_ARGUMENT, "has no column to learn 'a' from");
    expect_no_label(*state, "a,b\n1,x\n2,x\n", usual, PMY_BAD_FILE, "column 'b' has one class only");
    expect_no_label(*state, "a,b\n1,x\n2,\n", usual, PMY_BAD_FILE, "is missing, but it is what is to be");
    expect_no_label(*state, "a,b\n1,x\n2,\n", (pmy_table_options){.missing = PMY_MISSING_MEAN}, PMY_BAD_FILE,
                    "is missing, but it is what is to be");
    expect_no_label(
        *state, "a,b\n1,0.5\n2,0.25\n", usual, PMY_BAD_FILE,
        "column 'b' has 2 different numbers: to learn it as a number, and not as classes, say --loss");
    expect_no_label(*state, "a,b\n5,a\n4,b\n3,c\n5,d\n4,e\n3,f\n5,g\n4,h\n3,i\n5,j\n", usual, PMY_BAD_FILE,
                    "column 'b' has another text in each row");
    expect_no_label(*state, "a,b\n1,0.5\n2,x\n", real, PMY_BAD_FILE, "line 3, column 'b': 'x' is no number");
}

static void expect_unusable(test_folder *folder, const pmy_table *table, const char *text, const char *words)
{
    pmy_csv csv = read_text(folder, text);
    pmy_dataset dataset;
    pmy_error error = {0};
    pmy_status status = pmy_table_dataset(table, &csv, true, &dataset, &error);
    assert_failure(status, PMY_BAD_FILE, &error, csv.path, words);
    assert_null(dataset.reals);
    pmy_csv_free(&csv);
}

static void other_files_that_do_not_fit_are_refused(void **state)
{
    pmy_csv csv = read_text(*state, "a,b,c\n1,x,no\n2,y,yes\n");
    pmy_table table = learn(&csv, (pmy_table_options){0});
    pmy_csv_free(&csv);
    expect_unusable(*state, &table, "a,c\n1,no\n", "has no column 'b'");
    expect_unusable(*state, &table, "a,b\n1,x\n", "has no column 'c'");
    expect_unusable(*state, &table, "a,b,c\n1,x,no\n2,z,no\n",
                    "line 3, column 'b': 'z' is none of the 2 values it was learned with");
    expect_unusable(*state, &table, "a,b,c\n1,x,maybe\n",
                    "line 2, column 'c': 'maybe' is none of the 2 values");
    expect_unusable(*state, &table, "a,b,c\nq,x,no\n", "line 2, column 'a': 'q' is no number");
    expect_unusable(*state, &table, "a,b,c\n,x,no\n", "line 2, column 'a': is missing");
    expect_unusable(*state, &table, "1,x,no,more\n", "has 4 columns, but what it is for was learned from 3");
    expect_unusable(*state, &table, "1,x\n", "has 2 columns, but what it is for was learned from 3");
    pmy_table_free(&table);
}

/* --- As text ---------------------------------------------------------------- */

static void a_table_comes_back_from_its_text(void **state)
{
    pmy_csv csv = read_text(*state, "a,b b,c,d\n1,x,no,7\n,y,yes,1e-3\n4,?,yes,-2\n");
    const pmy_table_options options[] = {{.label = "c", .missing = PMY_MISSING_MEAN},
                                         {.label = "d", .regression = true, .missing = PMY_MISSING_MEAN}};
    const char *const texts[] = {"columns 4 named\nnumber 0 a\nusual 2.5\ntext 1 b b\nvalue x\nvalue y\n"
                                 "usual 0.5 0.5\nnumber 3 d\nusual 1.667\nclass 2 c\nvalue no\nvalue yes",
                                 "columns 4 named\nnumber 0 a\nusual 2.5\ntext 1 b b\nvalue x\nvalue y\n"
                                 "usual 0.5 0.5\ntext 2 c\nvalue no\nvalue yes\nusual 0.33333334 "
                                 "0.6666667\ntarget 3 d"};
    for (size_t i = 0; i < 2; i++) {
        pmy_table table = learn(&csv, options[i]), again;
        pmy_dataset before, after;
        char *text = pmy_table_print(&table);
        assert_string_equal(text, texts[i]);
        assert_int_equal(pmy_table_read("m", text, &again, NULL), PMY_OK);
        free(text);
        text = pmy_table_print(&again);
        assert_string_equal(text, texts[i]);
        free(text);
        assert_int_equal(pmy_table_dataset(&table, &csv, true, &before, NULL), PMY_OK);
        expect_rows(&again, &csv, true, before.reals, &after);
        pmy_dataset_free(&before);
        pmy_dataset_free(&after);
        pmy_table_free(&table);
        pmy_table_free(&again);
    }
    pmy_csv_free(&csv);
}

static void broken_texts_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "columns 3",
        "columns 3 called\nnumber 0 a\ntarget 1 b",
        "columns -3 named\nnumber 0 a\ntarget 1 b",
        "columns 99999999999999999999999999 named\nnumber 0 a\ntarget 1 b",
        "columns 3 named",
        "columns 3 named\ntarget 1 b",
        "columns 3 named\nnumber 0 a",
        "columns 3 named\nnumber 3 a\ntarget 1 b",
        "columns 3 named\nnumber 0 \ntarget 1 b",
        "columns 3 named\nnumber 0 \x1b[2J\ntarget 1 b",
        "columns 3 named\nnumber 0\ntarget 1 b",
        "columns 3 named\ntext 0 a\ntarget 1 b",
        "columns 3 named\ntext 0 a\nvalue x\nvalue x\ntarget 1 b",
        "columns 3 named\ntext 0 a\nvalue \ntarget 1 b",
        "columns 3 named\nnumber 0 a\nusual\ntarget 1 b",
        "columns 3 named\nnumber 0 a\nusual 1 2\ntarget 1 b",
        "columns 3 named\nnumber 0 a\nusual nan\ntarget 1 b",
        "columns 3 named\ntext 0 a\nvalue x\nvalue y\nusual 1\ntarget 1 b",
        "columns 3 named\nnumber 0 a\ntarget 1 b\n",
        "columns 3 named\nnumber 0 a\ntarget 1 b\nnumber 2 c",
        "columns 3 named\nnumber 0 a\nclass 1 b",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pmy_table table;
        pmy_error error = {0};
        pmy_status status = pmy_table_read("m.safetensors", cases[i], &table, &error);
        assert_failure(status, PMY_BAD_FILE, &error, "m.safetensors", "table's columns is damaged");
        assert_null(table.column);
    }
    pmy_table table;
    assert_int_equal(pmy_table_read("m", "columns 3 named\nnumber 0 a\ntarget 1 b", &table, NULL), PMY_OK);
    pmy_table_free(&table);
}

/* --- Learning --------------------------------------------------------------- */

/* Flowers of three kinds, like Fisher's: four lengths in centimetres, which overlap a little. */
static const char *draw_flowers(test_folder *folder)
{
    static char text[20000];
    static const double mean[3][4] = {{5, 3.4, 1.5, 0.2}, {5.9, 2.8, 4.3, 1.3}, {6.6, 3, 5.9, 2.1}};
    static const double spread[4] = {0.35, 0.3, 0.3, 0.15};
    static const char *const kind[3] = {"setosa", "versicolor", "virginica"};
    pmy_random random = {.seed = 4};
    size_t size =
        (size_t)snprintf(text, sizeof text, "sepal_length,sepal_width,petal_length,petal_width,species\r\n");
    for (size_t row = 0; row < 150; row++) {
        for (size_t i = 0; i < 4; i++)
            size +=
                (size_t)snprintf(text + size, sizeof text - size, "%.1f,",
                                 mean[row / 50][i] + spread[i] * (2 * pmy_random_uniform(&random) - 1) * 1.7);
        size += (size_t)snprintf(text + size, sizeof text - size, "%s\r\n", kind[row / 50]);
    }
    return write_bytes(folder, "flowers.csv", text, size);
}

static void a_table_is_learned_from_its_file(void **state)
{
    pmy_csv csv;
    pmy_table table;
    pmy_dataset dataset;
    pmy_training *training = NULL;
    pmy_score score;
    pmy_error error;
    pmy_recipe recipe = recipe_for("linear 16, relu, linear 3");
    recipe.by_column = true;
    recipe.epochs = 60;
    const char *path = draw_flowers(*state);
    if (pmy_csv_read(path, PMY_HEADER_GUESSED, &csv, &error) != PMY_OK ||
        pmy_table_learn(&csv, &(pmy_table_options){0}, &table, &error) != PMY_OK ||
        pmy_table_dataset(&table, &csv, true, &dataset, &error) != PMY_OK ||
        pmy_training_new(&recipe, &dataset, NULL, &training, &error) != PMY_OK ||
        pmy_train(training, &(pmy_dataset){0}, &(pmy_watcher){0}, &error) != PMY_OK ||
        pmy_evaluate(training, &dataset, (pmy_predictions_watcher){0}, &score, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_true(score.correct >= 147);
    assert_string_equal(training->classifier->facts.names[1], "versicolor");
    static char model[512];
    (void)snprintf(model, sizeof model, "%s", folder_file(*state, "flowers.safetensors"));
    if (pmy_model_save(model, &training->classifier->facts, training->classifier->graph, &error) != PMY_OK)
        fail_msg("%s", error.message);
    pmy_training_free(training);
    pmy_dataset_free(&dataset);
    pmy_table_free(&table);
    pmy_csv_free(&csv);

    /* The model alone says what another file's columns are. */
    pmy_classifier *loaded;
    pmy_score again;
    path = draw_flowers(*state);
    if (pmy_classifier_load(model, NULL, NULL, NULL, &loaded, &error) != PMY_OK ||
        pmy_csv_read(path, PMY_HEADER_GUESSED, &csv, &error) != PMY_OK ||
        pmy_table_dataset(loaded->facts.table, &csv, true, &dataset, &error) != PMY_OK ||
        pmy_classifier_evaluate(loaded, &dataset, (pmy_predictions_watcher){0}, &again, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_int_equal(again.correct, score.correct);
    assert_true(fabs(again.loss - score.loss) < 1e-6); /* in other batches */

    /* A table that makes other examples is none of the net's. */
    static pmy_model_facts wrong;
    wrong = loaded->facts;
    pmy_table fewer = *wrong.table;
    fewer.columns--;
    wrong.table = &fewer;
    assert_int_equal(pmy_model_save(model, &wrong, loaded->graph, &error), PMY_BAD_ARGUMENT);
    fewer = *loaded->facts.table;
    fewer.label.values--;
    assert_int_equal(pmy_model_save(model, &wrong, loaded->graph, &error), PMY_BAD_ARGUMENT);
    pmy_dataset_free(&dataset);
    pmy_csv_free(&csv);
    pmy_classifier_free(loaded);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(texts_become_columns_of_their_own),
        WITH_FOLDER(a_label_is_named_or_numbered),
        WITH_FOLDER(a_name_comes_before_a_number),
        WITH_FOLDER(other_files_find_their_columns),
        WITH_FOLDER(what_is_missing_may_be_the_mean),
        WITH_FOLDER(large_numbers_that_stay_count_nothing),
        WITH_FOLDER(columns_that_tell_nothing_are_refused),
        WITH_FOLDER(cells_that_do_not_fit_are_refused),
        WITH_FOLDER(labels_that_cannot_be_learned_are_refused),
        WITH_FOLDER(other_files_that_do_not_fit_are_refused),
        WITH_FOLDER(a_table_comes_back_from_its_text),
        cmocka_unit_test(broken_texts_are_refused),
        WITH_FOLDER(a_table_is_learned_from_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
