#include "text/drawn.h"

#include "common/json.h"
#include "common/utf8.h"
#include "text/outcome.h"
#include "text/outcome.h"

#include <stdio.h>

enum { LIKELIEST = 5, TOKEN_COLUMNS = 6 };

static size_t shown_of(const drawn *of)
{
    return of->kept < LIKELIEST ? of->kept : LIKELIEST;
}

void drawn_print_heading(void)
{
    printf("token     %%  nats  bits  the likeliest, with their %%\n");
}

/* A token and its p, in columns. */
static void print_choice(const drawn *of, size_t index)
{
    pmy_token_text token = pmy_vocabulary_show(of->vocabulary, (int32_t)of->choice[index].token);
    size_t width = utf8_width(token.text);
    double percent = 100 * of->choice[index].p;
    /* 100.0 would leave no space before it. */
    printf("%s%*s%5.*f", token.text, (int)(width < TOKEN_COLUMNS ? TOKEN_COLUMNS - width : 0), "",
           percent < 99.95 ? 1 : 0, percent);
}

void drawn_print(const drawn *of)
{
    double entropy = pmy_sampling_entropy(of->choice, of->kept);
    print_choice(of, of->taken);
    printf("%6.2f%6.2f ", entropy, outcome_bits(entropy));
    for (size_t i = 0; i < shown_of(of); i++) {
        printf(" ");
        print_choice(of, i);
    }
    printf("\n");
}

/* A token's text; of a byte that is no text by itself, U+FFFD. */
static void add_text(json_line *line, const drawn *of, size_t index)
{
    char bytes[5] = "";
    bytes[pmy_vocabulary_decode(of->vocabulary, (int32_t)of->choice[index].token, bytes)] = '\0';
    if (!bytes[0])
        bytes[0] = '\x1a'; /* a substitute, as a NUL would end the text */
    json_text(line, "text", bytes);
}

void drawn_write(const drawn *of, bool whole)
{
    double entropy = pmy_sampling_entropy(of->choice, of->kept);
    json_line line = json_begin();
    json_text(&line, "event", "token");
    json_whole(&line, "token", (long long)of->choice[of->taken].token);
    add_text(&line, of, of->taken);
    json_real(&line, "p", of->choice[of->taken].p, PMY_NUMBER_DOUBLE);
    json_real(&line, "entropy", entropy, PMY_NUMBER_DOUBLE);
    json_real(&line, "bits", outcome_bits(entropy), PMY_NUMBER_DOUBLE);
    const char *names[LIKELIEST];
    pmy_token_text name[LIKELIEST];
    double p[LIKELIEST];
    for (size_t i = 0; i < shown_of(of); i++) {
        name[i] = pmy_vocabulary_show(of->vocabulary, (int32_t)of->choice[i].token);
        names[i] = name[i].text;
        p[i] = of->choice[i].p;
    }
    if (whole) {
        json_texts(&line, "likeliest", names, shown_of(of));
        json_reals(&line, "likeliest_p", p, shown_of(of), PMY_NUMBER_DOUBLE);
    }
    (void)json_end(&line, stdout);
}
