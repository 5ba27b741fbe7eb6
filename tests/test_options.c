/* The command line: what is taken, what is refused and in which words, the help, the recipe. */
#include "common/options.h"
#include "common/program.h"

#include "capture.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/utf8.h"
#include "base/version.h"

/* ---- a command with everything ------------------------------------------ */

static long long epochs, target, seed, threads;
static double rate, temperature;
static int optimizer;
static const char *folder, *log_path;
static bool json, quiet;

static const char *const optimizers[] = {"sgd", "adam", "adamw", NULL};

static const option_row rows[] = {
    {OPTION_TEXT("data", "DIR", &folder, "folder with the pictures")},
    {OPTION_WHOLE("epochs", "N", &epochs, 1, 1000, "how often each picture is seen")},
    {OPTION_WORD("optim", "NAME", &optimizer, optimizers, "rule of the update")},
    {OPTION_REAL("lr", "X", &rate, 0, 1000, "learning rate")},
    {OPTION_REAL("temperature", "T", &temperature, 0, DBL_MAX, "divides the logits"),
     .range.above_minimum = true},
    {OPTION_WHOLE("target", "K", &target, 0, LLONG_MAX, "the right class")},
    {OPTION_TEXT("log", "FILE", &log_path, "where each step's loss goes"), .presentation = true},
    {OPTION_SEED(&seed)},
    {OPTION_THREADS(&threads)},
    {OPTION_JSON(&json)},
    {OPTION_QUIET(&quiet)},
};

static const options command = {.name = "mnist train",
                                .summary = "Trains a classifier.",
                                .rows = rows,
                                .row_count = sizeof rows / sizeof *rows,
                                .operands = "Z…",
                                .most_operands = 4};

static int set_defaults(void **state)
{
    (void)state;
    epochs = 12;
    target = -1;
    seed = 1;
    threads = 0;
    rate = 0.05;
    temperature = (double)NAN;
    optimizer = -1;
    folder = "data/mnist";
    log_path = NULL;
    json = quiet = false;
    return 0;
}

#define MOST_WORDS 16
static char *words[MOST_WORDS];
static size_t operand_count;

/* Parses the words up to the NULL. */
static options_result parse(const options *of, const char *const *line)
{
    static char copies[MOST_WORDS][128];
    int count = 0;
    words[count++] = copies[0];
    for (; *line; line++) {
        (void)strcpy(copies[count], *line);
        words[count] = copies[count];
        count++;
    }
    words[count] = NULL;
    return options_parse(of, count, words, &operand_count);
}
#define PARSE(...) parse(&command, (const char *const[]){__VA_ARGS__, NULL})

static void expect_refusal(const options *of, const char *expected, const char *const *line)
{
    capture_begin(stderr);
    options_result result = parse(of, line);
    char *message = capture_end();
    assert_string_equal(message, expected);
    assert_int_equal(result, OPTIONS_WRONG);
    free(message);
}
#define REFUSED(expected, ...) \
    expect_refusal(&command, expected "\n", (const char *const[]){__VA_ARGS__, NULL})

/* ---- reading ------------------------------------------------------------ */

static void values_go_where_they_belong(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--epochs", "3", "--lr=1e-3", "--optim", "adamw", "--json", "--data", "my data",
                           "--log=", "--target=0"),
                     OPTIONS_RUN);
    assert_int_equal(epochs, 3);
    assert_true(rate == 1e-3);
    assert_int_equal(optimizer, 2);
    assert_true(json);
    assert_false(quiet);
    assert_string_equal(folder, "my data");
    assert_string_equal(log_path, "");
    assert_int_equal(target, 0);
    assert_int_equal(seed, 1);
    assert_int_equal(operand_count, 0);
}

static void nothing_given_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(parse(&command, (const char *const[]){NULL}), OPTIONS_RUN);
    assert_int_equal(epochs, 12);
    assert_true(isnan(temperature));
    assert_int_equal(optimizer, -1);
}

static void the_last_of_several_counts(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--epochs", "3", "--epochs", "4"), OPTIONS_RUN);
    assert_int_equal(epochs, 4);
}

static void bounds_themselves_are_let_through(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--epochs", "1000", "--lr", "0", "--temperature", "1e-300"), OPTIONS_RUN);
    assert_int_equal(PARSE("--epochs", "1", "--lr", "1000", "--temperature", "1.7976931348623157e308"),
                     OPTIONS_RUN);
    assert_int_equal(PARSE("--seed", "9223372036854775807"), OPTIONS_RUN);
    assert_true(seed == LLONG_MAX);
}

static void numbers_are_operands_wherever_they_stand(void **state)
{
    (void)state;
    assert_int_equal(PARSE("0", "-200", "--target", "0", "-.5", "--json", "-inf"), OPTIONS_RUN);
    assert_int_equal(operand_count, 4);
    assert_string_equal(words[1], "0");
    assert_string_equal(words[2], "-200");
    assert_string_equal(words[3], "-.5");
    assert_string_equal(words[4], "-inf");
    assert_true(json);
    assert_int_equal(target, 0);

    assert_int_equal(PARSE("-1e3", "--", "--json", "-", "--"), OPTIONS_RUN);
    assert_int_equal(operand_count, 4);
    assert_string_equal(words[1], "-1e3");
    assert_string_equal(words[2], "--json");
    assert_string_equal(words[3], "-");
    assert_string_equal(words[4], "--");
}

static void operands_are_counted(void **state)
{
    (void)state;
    REFUSED("mnist train: unexpected '5'", "1", "2", "3", "4", "5");
    options with_file = command;
    with_file.operands = "FILE";
    with_file.fewest_operands = with_file.most_operands = 1;
    expect_refusal(&with_file, "mnist train: FILE is missing\n", (const char *const[]){"--json", NULL});
    assert_false(json);
    with_file.most_operands = 0;
    expect_refusal(&with_file, "mnist train: unexpected 'a b'\n", (const char *const[]){"a b", NULL});
}

static void a_required_option_must_be_given(void **state)
{
    (void)state;
    const char *model = NULL;
    const option_row row = {OPTION_TEXT("model", "FILE", &model, "the model"), .required = true};
    options with_model = command;
    with_model.rows = &row;
    with_model.row_count = 1;
    expect_refusal(&with_model, "mnist train: --model FILE is missing\n", (const char *const[]){"3", NULL});
    assert_int_equal(options_parse(&with_model, 3, (char *[]){"mnist train", "--model", "m", NULL}, NULL),
                     OPTIONS_RUN);
    assert_string_equal(model, "m");
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    REFUSED("mnist train: --lr nan: must be a number between 0 and 1000", "--lr", "nan");
    REFUSED("mnist train: --lr inf: must be a number between 0 and 1000", "--lr", "inf");
    REFUSED("mnist train: --lr -1: must be a number between 0 and 1000", "--lr", "-1");
    REFUSED("mnist train: --lr 1,5: must be a number between 0 and 1000", "--lr=1,5");
    REFUSED("mnist train: --lr : must be a number between 0 and 1000", "--lr=");
    REFUSED("mnist train: --temperature 0: must be a number above 0", "--temperature", "0");
    REFUSED("mnist train: --temperature inf: must be a number above 0", "--temperature", "inf");
    REFUSED("mnist train: --epochs 0: must be a whole number between 1 and 1000", "--epochs", "0");
    REFUSED("mnist train: --epochs 2.5: must be a whole number between 1 and 1000", "--epochs", "2.5");
    REFUSED("mnist train: --epochs 99999999999999999999: must be a whole number between 1 and 1000",
            "--epochs", "99999999999999999999");
    REFUSED("mnist train: --target -3: must be a whole number of at least 0", "--target", "-3");
    assert_true(rate == 0.05);
    assert_int_equal(epochs, 12);
}

static void words_not_in_the_list_are_refused(void **state)
{
    (void)state;
    REFUSED("mnist train: --optim adma: must be sgd, adam or adamw (did you mean adam?)", "--optim", "adma");
    REFUSED("mnist train: --optim ada: must be sgd, adam or adamw (did you mean adam?)", "--optim", "ada");
    REFUSED("mnist train: --optim rmsprop: must be sgd, adam or adamw", "--optim", "rmsprop");
    REFUSED("mnist train: --optim : must be sgd, adam or adamw", "--optim", "");
    assert_int_equal(optimizer, -1);
}

static void unknown_options_are_refused(void **state)
{
    (void)state;
    REFUSED("mnist train: --epoch: unknown option (did you mean --epochs?)", "--epoch", "3");
    REFUSED("mnist train: --e: unknown option (did you mean --epochs?)", "--e=3");
    REFUSED("mnist train: --epcohs: unknown option (did you mean --epochs?)", "--epcohs=3");
    REFUSED("mnist train: --rl: unknown option (did you mean --lr?)", "--rl=3");
    REFUSED("mnist train: --Epochs: unknown option (did you mean --epochs?)", "--Epochs", "3");
    REFUSED("mnist train: -epochs: unknown option (did you mean --epochs?)", "-epochs", "3");
    REFUSED("mnist train: -h: unknown option (did you mean --help?)", "-h");
    REFUSED("mnist train: --learning-rate: unknown option", "--learning-rate", "1");
    REFUSED("mnist train: ---lr: unknown option (did you mean --lr?)", "---lr", "1");
    REFUSED("mnist train: --: unknown option", "--=3");
}

static void missing_and_needless_values_are_refused(void **state)
{
    (void)state;
    REFUSED("mnist train: --lr: X is missing", "--json", "--lr");
    REFUSED("mnist train: --json=yes: takes no value", "--json=yes");
    REFUSED("mnist train: --help=lr: takes no value", "--help=lr");
}

static void nothing_is_stored_of_a_wrong_line(void **state)
{
    (void)state;
    REFUSED("mnist train: --lr x: must be a number between 0 and 1000", "--epochs", "3", "--json", "--lr",
            "x");
    assert_int_equal(epochs, 12);
    assert_false(json);
}

static void messages_are_one_clean_line(void **state)
{
    (void)state;
    REFUSED("mnist train: unexpected '\xEF\xBF\xBD[31m\xEF\xBF\xBD\xEF\xBF\xBD'", "1", "2", "3", "4",
            "\033[31m\n\xFF");
    static char endless[100000];
    memset(endless, 'x', sizeof endless - 1);
    char *line[] = {"mnist", "--lr", endless, NULL};
    capture_begin(stderr);
    assert_int_equal(options_parse(&command, 3, line, &operand_count), OPTIONS_WRONG);
    char *message = capture_end();
    assert_true(strlen(message) < 1100);
    free(message);
}

static void parts_of_values_are_read_alike(void **state)
{
    (void)state;
    const number_range range = {.minimum = -HUGE_VAL, .maximum = DBL_MAX};
    double value;
    assert_true(options_read_real(&command, NULL, "-inf", &range, &value));
    assert_true(isinf(value) && value < 0);
    capture_begin(stderr);
    assert_false(options_read_real(&command, NULL, "inf", &range, &value));
    assert_false(options_read_real(&command, "--soft", "x", &range, &value));
    char *message = capture_end();
    assert_string_equal(message, "mnist train: inf: must be a finite number or -inf\n"
                                 "mnist train: --soft x: must be a finite number or -inf\n");
    free(message);
}

/* ---- help, version, recipe ---------------------------------------------- */

static char *printed(options_result expected, const char *const *line)
{
    capture_begin(stdout);
    options_result result = parse(&command, line);
    char *text = capture_end();
    assert_int_equal(result, expected);
    return text;
}

static void help_comes_from_the_table(void **state)
{
    (void)state;
    char *text = printed(OPTIONS_DONE, (const char *const[]){"--epochs", "3", "--help", "--bogus", NULL});
    assert_string_equal(text,
                        "usage: mnist train [options] Z…\n"
                        "\n"
                        "Trains a classifier.\n"
                        "\n"
                        "options:\n"
                        "  --data DIR       folder with the pictures [default: data/mnist]\n"
                        "  --epochs N       how often each picture is seen [default: 12]\n"
                        "  --optim NAME     rule of the update: sgd, adam or adamw\n"
                        "  --lr X           learning rate [default: 0.05]\n"
                        "  --temperature T  divides the logits\n"
                        "  --target K       the right class\n"
                        "  --log FILE       where each step's loss goes\n"
                        "  --seed N         seed of all random numbers [default: 1]\n"
                        "  --threads N      threads to work with; results are the same [default: one per\n"
                        "                   processor]\n"
                        "  --json           print one JSON object per line\n"
                        "  --quiet          print results only\n"
                        "  --help           print this and stop\n"
                        "  --version        print the version and stop\n");
    free(text);
    assert_int_equal(epochs, 12);
}

static void a_table_for_tools_says_the_same(void **state)
{
    (void)state;
    char *text = printed(OPTIONS_DONE, (const char *const[]){"--help=table", NULL});
    assert_string_equal(
        text, "command\tmnist train\tZ…\tTrains a classifier.\n"
              "option\tdata\tDIR\t\tdata/mnist\tfolder with the pictures\n"
              "option\tepochs\tN\t\t12\thow often each picture is seen\n"
              "option\toptim\tNAME\tsgd adam adamw\t\trule of the update\n"
              "option\tlr\tX\t\t0.05\tlearning rate\n"
              "option\ttemperature\tT\t\t\tdivides the logits\n"
              "option\ttarget\tK\t\t\tthe right class\n"
              "option\tlog\tFILE\t\t\twhere each step's loss goes\n"
              "option\tseed\tN\t\t1\tseed of all random numbers\n"
              "option\tthreads\tN\t\tone per processor\tthreads to work with; results are the same\n"
              "option\tjson\t\t\t\tprint one JSON object per line\n"
              "option\tquiet\t\t\t\tprint results only\n"
              "option\thelp\t\t\t\tprint this and stop\n"
              "option\tversion\t\t\t\tprint the version and stop\n");
    free(text);
    const options with_notes = {.name = "x", .summary = "s", .notes = "one:\n\n  two"};
    capture_begin(stdout);
    options_print_table(&with_notes, stdout);
    text = capture_end();
    assert_non_null(strstr(text, "stop\nnote\tone:\nnote\t\nnote\t  two\n"));
    free(text);
}

static void long_names_have_their_own_line_and_notes_end_the_help(void **state)
{
    (void)state;
    const option_row long_row = {OPTION_TEXT("a-rather-long-name", "ARGUMENT", &folder, "help"),
                                 .shown_default = ""};
    const options with_long = {
        .name = "x", .summary = "s", .rows = &long_row, .row_count = 1, .notes = "  as  it is"};
    capture_begin(stdout);
    options_print_help(&with_long, stdout);
    char *text = capture_end();
    assert_non_null(strstr(text, "\n  --a-rather-long-name ARGUMENT\n             help\n  --help     print"));
    assert_non_null(strstr(text, "stop\n\n  as  it is\n"));
    free(text);
}

static void help_fits_80_columns(void **state)
{
    (void)state;
    char *text = printed(OPTIONS_DONE, (const char *const[]){"--help", NULL});
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(utf8_width(line) <= 80);
    free(text);
}

static void version_names_the_program(void **state)
{
    (void)state;
    char *text = printed(OPTIONS_DONE, (const char *const[]){"--version", NULL});
    assert_string_equal(text, "mnist (pmy) " PMY_VERSION "\n");
    assert_string_equal(pmy_version(), PMY_VERSION);
    free(text);
}

static char *recipe(bool wrapped)
{
    capture_begin(stdout);
    options_print_line(&command, stdout, wrapped);
    return capture_end();
}

static void a_recipe_holds_what_is_set(void **state)
{
    (void)state;
    assert_int_equal(
        PARSE("--json", "--log", "x", "--data", "it's here", "--lr", "0.1", "--temperature", "3"),
        OPTIONS_RUN);
    char *text = recipe(false);
    assert_string_equal(text,
                        "mnist train --data 'it'\\''s here' --epochs 12 --lr 0.1 --temperature 3 --seed 1");
    free(text);
    text = recipe(true);
    assert_string_equal(
        text, "mnist train --data 'it'\\''s here' --epochs 12 --lr 0.1 --temperature 3 \\\n    --seed 1");
    free(text);
}

/* Reads the shell's words out of a recipe with sh itself. */
static size_t split_by_shell(const char *line, char words_found[MOST_WORDS][128])
{
    char script[1024], *shell = getenv("TMPDIR"), path[256];
    (void)snprintf(path, sizeof path, "%s/pmy-recipe-%ld", shell ? shell : "/tmp", (long)getpid());
    (void)snprintf(script, sizeof script, "printf '%%s\\001' %s", line);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(script, file);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(script, sizeof script, "sh '%s'", path);
    FILE *output = popen(script, "r");
    assert_non_null(output);
    size_t count = 0, length = 0;
    for (int byte = fgetc(output); byte != EOF; byte = fgetc(output)) {
        words_found[count][length++] = (char)(byte == 1 ? 0 : byte);
        if (byte == 1) {
            count++;
            length = 0;
        }
    }
    assert_int_equal(pclose(output), 0);
    assert_int_equal(remove(path), 0);
    return count;
}

static void a_recipe_reproduces_its_options(void **state)
{
    (void)state;
    const char *hostile = "$(echo x) `y` \"q\" ~ * 'a' \\ -- −";
    rate = 1.0 / 3;
    folder = hostile;
    optimizer = 1;
    seed = 77;
    for (int wrapped = 0; wrapped < 2; wrapped++) {
        char *text = recipe(wrapped);
        static char found[MOST_WORDS][128];
        size_t count = split_by_shell(text, found);
        free(text);
        set_defaults(NULL);
        const char *line[MOST_WORDS] = {0};
        for (size_t i = 2; i < count; i++)
            line[i - 2] = found[i];
        assert_int_equal(parse(&command, line), OPTIONS_RUN);
        assert_true(rate == 1.0 / 3);
        assert_string_equal(folder, hostile);
        assert_int_equal(optimizer, 1);
        assert_int_equal(seed, 77);
    }
}

/* ---- programs ----------------------------------------------------------- */

static int fail_with_operands(int argc, char **argv)
{
    assert_string_equal(argv[0], "train");
    return argc == 2 ? PROGRAM_FAILED : PROGRAM_FINE;
}

static const program_command commands[] = {{"train", "trains a net", fail_with_operands},
                                           {"eval", "tests it", fail_with_operands}};
static const program whole = {"mnist", "Digits.", commands, 2};

static void expect_run(FILE *stream, int expected, const char *text, int argc, char **argv)
{
    capture_begin(stream);
    int status = program_run(&whole, argc, argv);
    char *written = capture_end();
    assert_string_equal(written, text);
    assert_int_equal(status, expected);
    free(written);
}

static void a_program_runs_the_command_named(void **state)
{
    (void)state;
    expect_run(stderr, PROGRAM_FINE, "", 2, (char *[]){"mnist", "train", NULL});
    expect_run(stderr, PROGRAM_FAILED, "", 3, (char *[]){"mnist", "train", "x", NULL});
    expect_run(stderr, PROGRAM_WRONG, "mnist: trian: unknown command (did you mean train?)\n", 2,
               (char *[]){"mnist", "trian", NULL});
    expect_run(stderr, PROGRAM_WRONG, "mnist: predict: unknown command (mnist --help lists them)\n", 2,
               (char *[]){"mnist", "predict", NULL});
    expect_run(stderr, PROGRAM_WRONG,
               "mnist: --json: options come after a command (mnist --help lists them)\n", 3,
               (char *[]){"mnist", "--json", "train", NULL});
    expect_run(stderr, PROGRAM_WRONG, "mnist: a command is missing (mnist --help lists them)\n", 1,
               (char *[]){"mnist", NULL});
    expect_run(stdout, PROGRAM_FINE, "mnist (pmy) " PMY_VERSION "\n", 2,
               (char *[]){"mnist", "--version", NULL});
    expect_run(stdout, PROGRAM_FINE,
               "usage: mnist COMMAND [options]\n\nDigits.\n\ncommands:\n  train  trains a net\n"
               "  eval   tests it\n\n`mnist COMMAND --help` lists the options of one.\n",
               2, (char *[]){"mnist", "--help", NULL});
    expect_run(stdout, PROGRAM_FINE,
               "program\tmnist\tDigits.\nsubcommand\ttrain\ttrains a net\nsubcommand\teval\ttests it\n", 2,
               (char *[]){"mnist", "--help=table", NULL});
}

static void output_that_is_lost_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(fflush(stdout), 0);
    int original = dup(STDOUT_FILENO);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_true(dup2(fileno(full), STDOUT_FILENO) >= 0);
    capture_begin(stderr);
    (void)printf("lost");
    int status = program_finish("mnist", PROGRAM_FINE);
    (void)printf("lost");
    int failed = program_finish("mnist", PROGRAM_FAILED);
    char *message = capture_end();
    assert_true(dup2(original, STDOUT_FILENO) >= 0);
    clearerr(stdout);
    (void)fclose(full);
    (void)close(original);
    assert_int_equal(status, PROGRAM_WRONG);
    assert_int_equal(failed, PROGRAM_FAILED);
    assert_string_equal(message, "mnist: cannot write to standard output: No space left on device\n"
                                 "mnist: cannot write to standard output: No space left on device\n");
    free(message);
}

#define TEST(test) cmocka_unit_test_setup(test, set_defaults)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_go_where_they_belong),
        TEST(nothing_given_changes_nothing),
        TEST(the_last_of_several_counts),
        TEST(bounds_themselves_are_let_through),
        TEST(numbers_are_operands_wherever_they_stand),
        TEST(operands_are_counted),
        TEST(a_required_option_must_be_given),
        TEST(numbers_out_of_range_are_refused),
        TEST(words_not_in_the_list_are_refused),
        TEST(unknown_options_are_refused),
        TEST(missing_and_needless_values_are_refused),
        TEST(nothing_is_stored_of_a_wrong_line),
        TEST(messages_are_one_clean_line),
        TEST(parts_of_values_are_read_alike),
        TEST(help_comes_from_the_table),
        TEST(a_table_for_tools_says_the_same),
        TEST(long_names_have_their_own_line_and_notes_end_the_help),
        TEST(help_fits_80_columns),
        TEST(version_names_the_program),
        TEST(a_recipe_holds_what_is_set),
        TEST(a_recipe_reproduces_its_options),
        TEST(a_program_runs_the_command_named),
        TEST(output_that_is_lost_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
