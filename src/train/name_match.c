#include "train/name_match.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TENSORS = 8 /* of one module; a batchnorm has 4, beside its counter */ };

static const char counter[] = "num_batches_tracked";

typedef struct module {
    const char *name; /* [length], what its tensors' names have before the last dot */
    size_t length;
    const pmy_safetensor *tensor[MOST_TENSORS]; /* [count] */
    size_t count;
    size_t kind;                /* the net's first module with the same tensors */
    size_t place;               /* how many of its kind come before it */
    const struct module *taken; /* of the net's: the file's that is it */
} module;

/* The tensors of one side, but for counters. */
typedef struct side {
    const pmy_safetensor **tensor; /* [count], in their order */
    module *module;                /* [modules], likewise */
    size_t count, modules;
} side;

typedef struct matching {
    const pmy_stored_file *stored;
    pmy_safetensor *wanted; /* [wanted_count] of the net, with counters; no data */
    size_t wanted_count;
    side net, file;
    bool sorted; /* the file is in the order of names, which says nothing of the net's */
    pmy_name_match *match;
    pmy_error *error;
} matching;

static size_t module_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) : 0;
}

/* A name's last part. */
static const char *part_of(const char *name)
{
    size_t length = module_length(name);
    return name + length + (length > 0);
}

static bool is_counter(const char *name)
{
    return strcmp(part_of(name), counter) == 0;
}

static pmy_status no_memory(const matching *m)
{
    return pmy_fail(m->error, PMY_NO_MEMORY, "%s: no memory to compare names", m->stored->path);
}

/* --- Both sides ------------------------------------------------------------- */

static bool add(side *to, const pmy_safetensor *tensor)
{
    size_t length = module_length(tensor->name), i = 0;
    while (i < to->modules &&
           (to->module[i].length != length || memcmp(to->module[i].name, tensor->name, length) != 0))
        i++;
    module *owner = &to->module[i];
    if (i == to->modules)
        to->module[to->modules++] = (module){.name = tensor->name, .length = length};
    if (owner->count == MOST_TENSORS)
        return false;
    owner->tensor[owner->count++] = to->tensor[to->count++] = tensor;
    return true;
}

static bool make_room(matching *m, side *of, size_t count)
{
    of->tensor = pmy_arena_take(&m->match->arena, count + 1, sizeof *of->tensor);
    of->module = pmy_arena_take(&m->match->arena, count + 1, sizeof *of->module);
    return of->tensor && of->module;
}

static int by_place(const void *one, const void *other)
{
    const pmy_safetensor *a = *(const pmy_safetensor *const *)one, *b = *(const pmy_safetensor *const *)other;
    return ((const char *)a->data > (const char *)b->data) - ((const char *)a->data < (const char *)b->data);
}

static pmy_status list_net(matching *m, pmy_stored_list *list, const void *owner)
{
    pmy_arena *arena = &m->match->arena;
    while (list(owner, m->wanted_count).name[0])
        m->wanted_count++;
    m->wanted = pmy_arena_take(arena, m->wanted_count + 1, sizeof *m->wanted);
    if (!m->wanted || !make_room(m, &m->net, m->wanted_count))
        return no_memory(m);
    for (size_t i = 0; i < m->wanted_count; i++) {
        pmy_stored_tensor tensor = list(owner, i);
        char *name = pmy_arena_take(arena, strlen(tensor.name) + 1, 1);
        if (!name)
            return no_memory(m);
        m->wanted[i] = (pmy_safetensor){.name = strcpy(name, tensor.name), .shape = tensor.shape};
        if (!is_counter(name))
            (void)add(&m->net, &m->wanted[i]);
    }
    return PMY_OK;
}

/* False: it has more tensors, or modules of more, than the net. */
static bool list_file(matching *m)
{
    const pmy_safetensors *contents = &m->stored->contents;
    const pmy_safetensor **placed = m->file.tensor;
    for (size_t i = 0; i < contents->count; i++)
        placed[i] = &contents->tensor[i];
    qsort(placed, contents->count, sizeof *placed, by_place);
    if (contents->count > m->wanted_count) {
        m->file.count = contents->count;
        return false;
    }
    m->sorted = true;
    for (size_t i = 1; i < contents->count; i++)
        m->sorted &=
            placed[i - 1]->dtype != placed[i]->dtype || strcmp(placed[i - 1]->name, placed[i]->name) < 0;
    bool fine = true; /* what is added goes to where it was read, or before */
    for (size_t i = 0; i < contents->count; i++)
        if (!is_counter(placed[i]->name))
            fine &= add(&m->file, placed[i]);
    return fine;
}

/* --- The net's names, after the same beginning ------------------------------ */

/* How much of all names is a beginning that is a name of its own, with its dot. */
static size_t common_beginning(const pmy_safetensors *contents)
{
    size_t length = 0;
    for (;;) {
        const char *first = contents->count ? contents->tensor[0].name : "",
                   *dot = strchr(first + length, '.');
        if (!dot || isdigit((unsigned char)first[length]))
            return length;
        size_t longer = (size_t)(dot - first) + 1;
        for (size_t i = 1; i < contents->count; i++)
            if (strncmp(contents->tensor[i].name, first, longer) != 0)
                return length;
        length = longer;
    }
}

/* The file's tensor for one of the net's; NULL: none. */
static const pmy_safetensor *after(const matching *m, const char *beginning, size_t length, const char *name)
{
    char whole[2 * PMY_MAX_NAME];
    int size = snprintf(whole, sizeof whole, "%.*s%s", (int)length, beginning, name);
    return size < (int)sizeof whole ? pmy_safetensors_find(&m->stored->contents, whole) : NULL;
}

static void take(matching *m, const pmy_safetensor *wanted, const pmy_safetensor *from)
{
    static const int64_t none;
    pmy_safetensor *tensor = &m->match->tensor[m->match->count++];
    *tensor = from ? *from : (pmy_safetensor){.dtype = PMY_I64, .shape = wanted->shape, .data = &none};
    tensor->name = wanted->name;
}

static bool take_after(matching *m, size_t length)
{
    const pmy_safetensors *contents = &m->stored->contents;
    const char *beginning = contents->count ? contents->tensor[0].name : "";
    size_t found = 0;
    m->match->count = 0;
    for (size_t i = 0; i < m->wanted_count; i++) {
        const pmy_safetensor *from = after(m, beginning, length, m->wanted[i].name);
        if (!from && !is_counter(m->wanted[i].name))
            return false;
        found += from != NULL;
        take(m, &m->wanted[i], from);
    }
    return found == contents->count;
}

/* --- Modules by their tensors ----------------------------------------------- */

static bool same_tensors(const module *one, const module *other)
{
    bool same = one->count == other->count;
    for (size_t i = 0; same && i < one->count; i++) {
        size_t k = 0;
        while (k < other->count &&
               (strcmp(part_of(one->tensor[i]->name), part_of(other->tensor[k]->name)) != 0 ||
                !pmy_shape_equal(one->tensor[i]->shape, other->tensor[k]->shape)))
            k++;
        same = k < other->count;
    }
    return same;
}

static size_t kind_of(const side *net, const module *one)
{
    size_t kind = 0;
    while (kind < net->modules && !same_tensors(&net->module[kind], one))
        kind++;
    return kind;
}

/* Whether two names are the same but for their numbers; then *order is as strcmp's, by the first
 * that differ. */
static bool numbers_differ(const module *one, const module *other, int *order)
{
    const char *a = one->name, *b = other->name, *a_end = a + one->length, *b_end = b + other->length;
    int by_numbers = 0;
    while (a < a_end && b < b_end) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            char *a_next, *b_next;
            unsigned long long i = strtoull(a, &a_next, 10), k = strtoull(b, &b_next, 10);
            if (by_numbers == 0)
                by_numbers = (i > k) - (i < k);
            a = a_next, b = b_next;
        } else if (*a++ != *b++)
            return false;
    }
    if (a != a_end || b != b_end || by_numbers == 0)
        return false;
    *order = by_numbers;
    return true;
}

/* Where each of the file's modules stands among those of its kind; false: that is not clear. */
static bool place_modules(matching *m)
{
    for (size_t i = 0; i < m->file.modules; i++)
        for (size_t k = 0; k < i; k++) {
            module *before = &m->file.module[k], *one = &m->file.module[i];
            int order = -1;
            if (before->kind != one->kind)
                continue;
            if (!numbers_differ(before, one, &order) && m->sorted)
                return false;
            if (order > 0)
                before->place++;
            else
                one->place++;
        }
    return true;
}

/* The file's module of this kind and place; NULL: none. */
static const module *module_at(const side *file, const module *like)
{
    for (size_t i = 0; i < file->modules; i++)
        if (file->module[i].kind == like->kind && file->module[i].place == like->place)
            return &file->module[i];
    return NULL;
}

static const pmy_safetensor *tensor_of(const matching *m, const pmy_safetensor *wanted)
{
    size_t length = module_length(wanted->name), i = 0;
    while (m->net.module[i].length != length || memcmp(m->net.module[i].name, wanted->name, length) != 0)
        i++;
    const module *taken = m->net.module[i].taken;
    return after(m, taken->name, taken->length + (taken->length > 0), part_of(wanted->name));
}

static bool pair_modules(matching *m)
{
    if (m->file.count != m->net.count || m->file.modules != m->net.modules)
        return false;
    for (size_t i = 0; i < m->net.modules; i++)
        m->net.module[i].kind = kind_of(&m->net, &m->net.module[i]);
    for (size_t i = 0; i < m->file.modules; i++)
        m->file.module[i].kind = kind_of(&m->net, &m->file.module[i]);
    if (!place_modules(m))
        return false;
    for (size_t i = 0; i < m->net.modules; i++) {
        module *one = &m->net.module[i];
        for (size_t k = 0; k < i; k++)
            one->place += m->net.module[k].kind == one->kind;
        if (!(one->taken = module_at(&m->file, one)))
            return false;
    }
    m->match->count = 0;
    for (size_t i = 0; i < m->wanted_count; i++)
        take(m, &m->wanted[i], tensor_of(m, &m->wanted[i]));
    return true;
}

/* --- What is said ----------------------------------------------------------- */

/* Whether every number is the net's or one lower. */
static bool one_lower(const matching *m)
{
    for (size_t i = 0; i < m->net.modules; i++) {
        const module *one = &m->net.module[i];
        char *end, *taken_end;
        unsigned long number = strtoul(one->name, &end, 10),
                      taken = strtoul(one->taken->name, &taken_end, 10);
        size_t rest = one->length - (size_t)(end - one->name);
        if (taken_end == one->taken->name || (taken != number && taken + 1 != number) ||
            rest != one->taken->length - (size_t)(taken_end - one->taken->name) ||
            memcmp(end, taken_end, rest) != 0)
            return false;
    }
    return true;
}

static pmy_status note_pairs(matching *m, bool flatten)
{
    const char *path = m->stored->path;
    size_t room = strlen(path) + 128, used = 0;
    for (size_t i = 0; i < m->net.modules; i++)
        room += m->net.module[i].length + m->net.module[i].taken->length + sizeof ", '' for ''";
    char *text = pmy_arena_take(&m->match->arena, room, 1);
    if (!text)
        return no_memory(m);
    m->match->note = text;
    if (flatten && one_lower(m)) {
        (void)snprintf(text, room, "%s: its numbers are one lower: taken as saved without the flatten", path);
        return PMY_OK;
    }
    used = (size_t)snprintf(text, room, "%s: by order and shapes, taken ", path);
    for (size_t i = 0; i < m->net.modules; i++) {
        const module *one = &m->net.module[i], *taken = one->taken;
        used += (size_t)snprintf(text + used, room - used, "%s'%.*s' for '%.*s'", i ? ", " : "",
                                 (int)taken->length, taken->name, (int)one->length, one->name);
    }
    return PMY_OK;
}

static pmy_status note_beginning(matching *m, size_t length)
{
    size_t room = strlen(m->stored->path) + length + 64;
    char *text = pmy_arena_take(&m->match->arena, room, 1);
    if (!text)
        return no_memory(m);
    (void)snprintf(text, room, "%s: all its names begin with '%.*s', which is left out", m->stored->path,
                   (int)length, m->stored->contents.tensor[0].name);
    m->match->note = text;
    return PMY_OK;
}

/* "name shape", or nothing. */
static void print_tensor(const side *of, size_t index, char *text, size_t room)
{
    text[0] = 0;
    if (index < of->count)
        (void)snprintf(text, room, "%.40s %s", of->tensor[index]->name,
                       pmy_shape_print(of->tensor[index]->shape).text);
}

/* Both lists, as far as there is room. */
static pmy_status show_both(const matching *m)
{
    char lines[sizeof m->error->message - 128];
    size_t used = 0, count = m->net.count > m->file.count ? m->net.count : m->file.count, i = 0;
    for (lines[0] = 0; i < count; i++) {
        char theirs[128], ours[128], line[300];
        print_tensor(&m->file, i, theirs, sizeof theirs);
        print_tensor(&m->net, i, ours, sizeof ours);
        int length = snprintf(line, sizeof line, "\n  %-26s | %s", theirs, ours);
        if (used + (size_t)length >= sizeof lines)
            break;
        memcpy(lines + used, line, (size_t)length + 1);
        used += (size_t)length;
    }
    return pmy_fail(m->error, PMY_BAD_FILE, "%.80s: its tensors, on the left, are not clearly the net's:%s%s",
                    m->stored->path, lines, i < count ? "\n  …" : "");
}

/* --- The whole -------------------------------------------------------------- */

static int by_name(const void *one, const void *other)
{
    const pmy_safetensor *a = one, *b = other;
    return strcmp(a->name, b->name);
}

static pmy_status find(matching *m, bool flatten)
{
    size_t beginning = common_beginning(&m->stored->contents);
    if (take_after(m, 0))
        return PMY_OK;
    if (beginning && take_after(m, beginning))
        return note_beginning(m, beginning);
    if (!make_room(m, &m->file, m->stored->contents.count))
        return no_memory(m);
    return list_file(m) && pair_modules(m) ? note_pairs(m, flatten) : show_both(m);
}

pmy_status pmy_name_match_find(const pmy_stored_file *stored, pmy_stored_list *list, const void *owner,
                               bool flatten, pmy_name_match *match, pmy_error *error)
{
    matching m = {.stored = stored, .match = match, .error = error};
    *match = (pmy_name_match){0};
    pmy_status status = list_net(&m, list, owner);
    if (status == PMY_OK &&
        !(match->tensor = pmy_arena_take(&match->arena, m.wanted_count + 1, sizeof *match->tensor)))
        status = no_memory(&m);
    if (status == PMY_OK)
        status = find(&m, flatten);
    if (status == PMY_OK)
        qsort(match->tensor, match->count, sizeof *match->tensor, by_name);
    else
        pmy_name_match_free(match);
    return status;
}

void pmy_name_match_free(pmy_name_match *match)
{
    pmy_arena_free(&match->arena);
    *match = (pmy_name_match){0};
}
