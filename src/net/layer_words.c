#include "net/layer_words.h"

#include "base/suggestion.h"
#include "net/layer_kind.h"

pmy_status pmy_layer_unknown(const pmy_words *words, pmy_span word)
{
    pmy_suggestion nearest = {0};
    for (const pmy_layer_kind *kind = pmy_layer_kinds; kind->word; kind++)
        if (!kind->group)
            pmy_suggest(&nearest, words->text + word.begin, word.end - word.begin, kind->word);
    return pmy_wrong_word(words, word, "unknown layer '%s'%s", pmy_show_word(words, word).text,
                          pmy_suggestion_print(nearest, "").text);
}

/* A word after a layer's numbers that is the name of none. */
static pmy_status unknown_argument(const pmy_words *words, const pmy_layer_kind *kind, pmy_span word)
{
    pmy_suggestion nearest = {0};
    for (const pmy_layer_argument *argument = kind->argument; argument->type; argument++)
        if (argument->name[0])
            pmy_suggest(&nearest, words->text + word.begin, word.end - word.begin, argument->name);
    return pmy_wrong_word(words, word, "%s does not take '%s'%s", kind->word, pmy_show_word(words, word).text,
                          pmy_suggestion_print(nearest, "; is a comma missing before it?").text);
}

/* The index-th number of the layer, which `who` needs. */
static pmy_status read_number(pmy_words *words, size_t vocabulary, pmy_layer *layer, size_t index,
                              pmy_span name, const char *who)
{
    pmy_error why;
    const pmy_layer_argument *argument = &layer->kind->argument[index];
    pmy_span place = {name.begin, words->end}, word = pmy_next_word(words);
    if (pmy_is_empty(word))
        return pmy_wrong_word(words, place, "%s needs %s number after it", who,
                              index > 0 && !argument->name[0] ? "another" : "a");
    if (argument->type == PMY_COUNT && pmy_is_word(words, word, "vocab")) {
        layer->number[index] = (double)vocabulary;
        return vocabulary ? PMY_OK
                          : pmy_wrong_word(words, word,
                                           "vocab is how many tokens there are, but the examples are none");
    }
    if (pmy_argument_read(argument, who, words->text + word.begin, word.end - word.begin,
                          &layer->number[index], &why) != PMY_OK)
        return pmy_wrong_word(words, word, "%s", why.message);
    return PMY_OK;
}

pmy_status pmy_layer_read(pmy_words *words, pmy_span name, size_t vocabulary, pmy_layer *layer)
{
    const pmy_layer_argument *argument = layer->kind->argument;
    bool given[PMY_MAX_ARGUMENTS] = {false};
    pmy_status status = PMY_OK;
    pmy_span word;
    size_t i = 0;
    for (; status == PMY_OK && argument[i].type && !argument[i].name[0]; i++)
        status = read_number(words, vocabulary, layer, i, name, layer->kind->word);
    for (; argument[i].type; i++)
        layer->number[i] = pmy_argument_default(&argument[i], layer->number[0]);
    while (status == PMY_OK && !pmy_is_empty(word = pmy_next_word(words))) {
        for (i = 0; argument[i].type && !pmy_is_word(words, word, argument[i].name);)
            i++;
        if (!argument[i].type)
            return unknown_argument(words, layer->kind, word);
        if (given[i])
            return pmy_wrong_word(words, word, "%s is given twice", argument[i].name);
        given[i] = true;
        if (argument[i].type == PMY_FLAG)
            layer->number[i] = 1;
        else
            status = read_number(words, vocabulary, layer, i, word, argument[i].name);
    }
    return status;
}
