#include "io/not_safetensors.h"

#include <stdbool.h>
#include <string.h>

#define SAVE_AGAIN "with PyTorch, safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")"

/* Letters of either case. */
static bool begins(const uint8_t *bytes, size_t size, const char *with)
{
    size_t i = 0;
    for (; i < size && with[i]; i++) {
        uint8_t byte = bytes[i] >= 'A' && bytes[i] <= 'Z' ? (uint8_t)(bytes[i] - 'A' + 'a') : bytes[i];
        if (byte != (uint8_t)with[i])
            return false;
    }
    return !with[i];
}

static bool holds(const uint8_t *bytes, size_t size, const char *word)
{
    for (size_t i = 0; i < size; i++)
        if (begins(bytes + i, size - i, word))
            return true;
    return false;
}

/* Of JSON that is a whole file, not a header. */
static const char *json(const uint8_t *bytes, size_t size)
{
    return holds(bytes, size, "\"weight_map\"")
               ? "the index of weights in several files (shards), not the weights: load the shards and save "
                 "them as one, " SAVE_AGAIN
               : "a JSON text, not weights: take the .safetensors file that it came with";
}

static const char *text(const uint8_t *bytes, size_t size)
{
    static const char *const pages[] = {"<!doctype html", "<html", "<head", "<?xml"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (begins(bytes, size, pages[i]))
            return "a web page (HTML), not weights: the download gave a page in place of the file; take the "
                   "link to the file itself";
    if (begins(bytes, size, "version https://git-lfs.github.com/spec/"))
        return "a Git LFS pointer, not the weights it stands for: get them with 'git lfs pull', or download "
               "the file itself";
    return begins(bytes, size, "{") ? json(bytes, size) : NULL;
}

const char *pmy_not_safetensors(const uint8_t *bytes, size_t size)
{
    /* Pickles begin with byte 128 and their protocol, those of torch.save before 1.6 with 2. */
    if (size >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5)
        return "a pickle, as torch.save once wrote it, which could run any code and is not read: save the "
               "weights again " SAVE_AGAIN;
    if (begins(bytes, size, "pk\3\4"))
        return "a zip archive, such as the .pt that torch.save writes, with a pickle in it, which could run "
               "any code and is not read: save the weights again " SAVE_AGAIN;
    size_t at = begins(bytes, size, "\xef\xbb\xbf") ? 3 : 0;
    while (at < size && strchr(" \t\r\n", bytes[at]) && bytes[at])
        at++;
    return text(bytes + at, size - at);
}
