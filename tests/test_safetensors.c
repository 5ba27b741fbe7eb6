/* Safetensors: what is written can be read, by the format's own rules, and what breaks them is refused. */
#include "io/safetensors.h"

#include "folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOM(array) (sizeof(array) / sizeof *(array))

static const float weights[6] = {1, -2, 3.5F, 1e-30F, -0.0F, 6};
static const int64_t count = 9007199254740991;
static const double wide[2] = {0.1, -1e300};

/* Writes three tensors and two notes. */
static const char *write_example(test_folder *folder)
{
    pmy_safetensor tensors[] = {{"3.weight", PMY_F32, PMY_SHAPE(2, 3), weights},
                                {"3.num_batches_tracked", PMY_I64, PMY_SCALAR_SHAPE, &count},
                                {"\"odd\\ name\" é", PMY_F64, PMY_SHAPE(2), wide}};
    pmy_safetensors_note notes[] = {{"pmy.net", "linear 3, relu"}, {"empty", ""}};
    pmy_safetensors contents = {.tensor = tensors, .count = 3, .note = notes, .notes = 2};
    const char *path = folder_file(folder, "written.safetensors");
    assert_int_equal(pmy_safetensors_write(path, &contents, NULL), PMY_OK);
    return path;
}

static void what_is_written_is_read(void **state)
{
    const char *path = write_example(*state);
    pmy_file file;
    pmy_error error = {0};
    pmy_safetensors contents;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    if (pmy_safetensors_read(path, file.bytes, file.size, &contents, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_int_equal(contents.count, 3);
    const pmy_safetensor *tensor = pmy_safetensors_find(&contents, "3.weight");
    assert_non_null(tensor);
    assert_int_equal(tensor->dtype, PMY_F32);
    assert_true(pmy_shape_equal(tensor->shape, PMY_SHAPE(2, 3)));
    assert_memory_equal(tensor->data, weights, sizeof weights);
    for (size_t i = 0; i < ROOM(weights); i++)
        assert_true(pmy_safetensor_element(tensor, i) == (double)weights[i]);
    tensor = pmy_safetensors_find(&contents, "3.num_batches_tracked");
    assert_true(tensor && tensor->dtype == PMY_I64 && pmy_shape_rank(tensor->shape) == 0);
    assert_true(pmy_safetensor_element(tensor, 0) == (double)count);
    tensor = pmy_safetensors_find(&contents, "\"odd\\ name\" é");
    assert_true(tensor && pmy_safetensor_element(tensor, 1) == wide[1]);
    assert_null(pmy_safetensors_find(&contents, "3.weigh"));
    assert_string_equal(pmy_safetensors_text(&contents, "pmy.net"), "linear 3, relu");
    assert_string_equal(pmy_safetensors_text(&contents, "empty"), "");
    assert_null(pmy_safetensors_text(&contents, "pmy"));
    pmy_safetensors_free(&contents);
    pmy_file_free(&file);
}

/* Other readers see a file through pointers to its elements. */
static void each_element_is_aligned(void **state)
{
    const char *path = write_example(*state);
    pmy_file file;
    pmy_safetensors contents;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    assert_int_equal(pmy_safetensors_read(path, file.bytes, file.size, &contents, NULL), PMY_OK);
    for (size_t i = 0; i < contents.count; i++) {
        size_t offset = (size_t)((const uint8_t *)contents.tensor[i].data - file.bytes);
        assert_int_equal(offset % pmy_dtype_size(contents.tensor[i].dtype), 0);
    }
    pmy_safetensors_free(&contents);
    pmy_file_free(&file);
}

/* --- Files made by hand ------------------------------------------------------- */

/* A file of that header and so many bytes after it, at an odd address. */
typedef struct made_file {
    uint8_t *taken, *bytes;
    size_t size;
} made_file;

static made_file make_file(const char *header, size_t header_length, const void *data, size_t data_size)
{
    made_file file = {.taken = malloc(8 + header_length + data_size + 1),
                      .size = 8 + header_length + data_size};
    assert_non_null(file.taken);
    file.bytes = file.taken + 1;
    for (size_t i = 0; i < 8; i++)
        file.bytes[i] = (uint8_t)((uint64_t)header_length >> 8 * i);
    memcpy(file.bytes + 8, header, header_length);
    if (data)
        memcpy(file.bytes + 8 + header_length, data, data_size);
    else
        memset(file.bytes + 8 + header_length, 0, data_size);
    return file;
}

static void elements_of_every_dtype(void **state)
{
    (void)state;
    static const char header[] = "{\"a\":{\"dtype\":\"F16\",\"shape\":[8],\"data_offsets\":[0,16]},"
                                 "\"b\":{\"shape\":[3],\"data_offsets\":[16,22],\"dtype\":\"BF16\"}}  \n ";
    static const uint16_t bits[] = {0x3C00, 0xC000, 0x0001, 0x03FF, 0x7BFF, 0xFC00,
                                    0x7E00, 0x8000, 0x3F80, 0xC049, 0x7F80};
    static const double expected[] = {
        1,           -2,   0x1p-24, 0x3FFp-24, 65504,           (double)-INFINITY,
        (double)NAN, -0.0, 1,       -3.140625, (double)INFINITY};
    made_file file = make_file(header, sizeof header - 1, bits, sizeof bits);
    pmy_safetensors contents;
    pmy_error error = {0};
    if (pmy_safetensors_read("f", file.bytes, file.size, &contents, &error) != PMY_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < ROOM(expected); i++) {
        double got = pmy_safetensor_element(&contents.tensor[i >= 8], i % 8);
        assert_true(isnan(expected[i]) ? isnan(got)
                                       : got == expected[i] && !signbit(got) == !signbit(expected[i]));
    }
    pmy_safetensors_free(&contents);
    free(file.taken);
}

static void a_file_without_tensors(void **state)
{
    (void)state;
    made_file file = make_file("{}", 2, NULL, 0);
    pmy_safetensors contents;
    assert_int_equal(pmy_safetensors_read("f", file.bytes, file.size, &contents, NULL), PMY_OK);
    assert_int_equal(contents.count, 0);
    assert_null(pmy_safetensors_find(&contents, "a"));
    assert_null(pmy_safetensors_text(&contents, "a"));
    pmy_safetensors_free(&contents);
    free(file.taken);
}

static void tensors_without_elements_are_left_out(void **state)
{
    (void)state;
    const char *header = "{\"e\":{\"dtype\":\"F32\",\"shape\":[2,0,9007199254740991,9007199254740991],"
                         "\"data_offsets\":[4,4]},"
                         "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]},"
                         "\"a\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[0,0]},"
                         "\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    made_file file = make_file(header, strlen(header), NULL, 12);
    pmy_safetensors contents;
    assert_int_equal(pmy_safetensors_read("f", file.bytes, file.size, &contents, NULL), PMY_OK);
    assert_int_equal(contents.count, 2);
    assert_null(pmy_safetensors_find(&contents, "e"));
    assert_int_equal(pmy_shape_size(pmy_safetensors_find(&contents, "v")->shape), 1);
    assert_int_equal(pmy_shape_size(pmy_safetensors_find(&contents, "w")->shape), 2);
    pmy_safetensors_free(&contents);
    free(file.taken);
}

/* The file is refused with these words. */
static void refuse_bytes(const uint8_t *bytes, size_t size, const char *words)
{
    pmy_safetensors contents;
    pmy_error error = {0};
    if (pmy_safetensors_read("some/file", bytes, size, &contents, &error) == PMY_OK)
        fail_msg("it was taken, not refused with '%s'", words);
    assert_int_equal(error.code, PMY_BAD_FILE);
    assert_null(contents.tensor);
    if (strncmp(error.message, "some/file: ", 11) != 0 || !strstr(error.message, words))
        fail_msg("'%s' does not hold '%s'", error.message, words);
}

static void refuse(const char *header, size_t data_size, const char *words)
{
    made_file file = make_file(header, strlen(header), NULL, data_size);
    refuse_bytes(file.bytes, file.size, words);
    free(file.taken);
}

#define ENTRY(name, dtype, shape, offsets) \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define ONE(dtype, shape, offsets) "{" ENTRY("w", dtype, shape, offsets) "}"

static void what_else_a_file_may_be(void **state)
{
    (void)state;
#define REFUSE(text, words) refuse_bytes((const uint8_t *)(text), sizeof(text) - 1, words)
    REFUSE("<!DOCTYPE html><html><body>Not Found</body></html>", "it is a web page (HTML), not weights");
    REFUSE("\xef\xbb\xbf\r\n <Html>", "it is a web page");
    REFUSE("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "it is a Git LFS pointer, not");
    REFUSE("PK\3\4\24\0\0\0\10\10archive/data.pkl", "it is a zip archive, such as the .pt");
    REFUSE("\x80\2\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.", "it is a pickle, as torch.save once wrote");
    REFUSE("\x80\4\x95\x1a\0\0\0\0\0\0\0}", "it is a pickle");
    REFUSE("{\"metadata\": {}, \"weight_map\": {\"a\": \"1-of-2\"}}",
           "it is the index of weights in several");
    REFUSE("{\n}", "it is a JSON text");
    REFUSE("version 2 of what", "longer than the file");
#undef REFUSE
    /* What begins like a pickle and is a header of 640 bytes is none. */
    char header[640];
    memset(header, ' ', sizeof header);
    memcpy(header, "{}", 2);
    made_file file = make_file(header, sizeof header, NULL, 0);
    pmy_safetensors contents;
    assert_int_equal(pmy_safetensors_read("f", file.bytes, file.size, &contents, NULL), PMY_OK);
    pmy_safetensors_free(&contents);
    free(file.taken);
}

static void a_header_that_is_none(void **state)
{
    (void)state;
    refuse_bytes((const uint8_t *)"1234567", 7, "7 bytes are no safetensors file");
    refuse_bytes((const uint8_t *)"\3\0\0\0\0\0\0\0{}", 10, "longer than the file");
    refuse_bytes((const uint8_t *)"\377\377\377\377\377\377\377\377{}", 10, "18446744073709551615 bytes");
    size_t size = 8 + (4 << 20) + 1;
    uint8_t *large = calloc(1, size);
    assert_non_null(large);
    large[0] = 1, large[2] = 0x40;
    refuse_bytes(large, size, "longer than 4194304");
    free(large);
    refuse("", 0, "no JSON");
    refuse("{\"w\":", 0, "no JSON from byte");
    refuse("{} {}", 0, "goes on after its JSON, at byte 3");
    refuse("[]", 0, "not a JSON object");
    refuse("null", 0, "not a JSON object");
    made_file file = make_file("{}\0", 3, NULL, 0);
    refuse_bytes(file.bytes, file.size, "byte 2 of its header is a NUL");
    free(file.taken);
}

static void hostile_json(void **state)
{
    (void)state;
    char *deep = malloc(100001);
    assert_non_null(deep);
    memset(deep, '[', 100000);
    deep[100000] = 0;
    refuse(deep, 0, "no JSON");
    memcpy(deep, "{\"w\":", 5);
    refuse(deep, 0, "no JSON");
    free(deep);
    refuse("{\"\xC3\":1}", 0, "byte 2 of its header is not UTF-8");
    refuse("{\"\xED\xA0\x80\":1}", 0, "not UTF-8");
    refuse("{\"\xC0\x80\":1}", 0, "not UTF-8");
    refuse("{\"\xF4\x90\x80\x80\":1}", 0, "not UTF-8");
    refuse("{\"\xE2\x82", 0, "not UTF-8");
    refuse("{\"w\\u0000x\":1}", 0, "is a NUL");
    refuse("{\"\\\\u0000\":1}", 0, "its entry is not a JSON object"); /* a backslash and u0000 */
    refuse("{\"w\":NaN}", 0, "no JSON");
    refuse(ONE("F32", "[NaN]", "[0,4]"), 4, "no JSON");
    refuse(ONE("F32", "[Infinity]", "[0,4]"), 4, "no JSON");
}

static void tensors_that_are_none(void **state)
{
    (void)state;
    refuse("{\"w\":1}", 0, "tensor 'w': its entry is not a JSON object");
    refuse("{\"w\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "its dtype is missing");
    refuse("{\"w\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
           "its dtype is missing or not a text");
    refuse("{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "its shape is missing");
    refuse("{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "its data_offsets are missing");
    refuse("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"shape\":[1]}}", 4,
           "its entry has more");
    refuse(ONE("I32", "[1]", "[0,4]"), 4, "its dtype 'I32' is none of F64 I64 F32");
    refuse(ONE("F32", "[0]", "[0,4]"), 4, "4 bytes are not its 0 elements");
    refuse(ONE("F32", "[2,-1]", "[0,4]"), 4, "axis 1 of its shape");
    refuse(ONE("F32", "[1.5]", "[0,4]"), 4, "axis 0 of its shape");
    refuse(ONE("F32", "[1e999]", "[0,4]"), 4, "axis 0 of its shape");
    refuse(ONE("F32", "[9007199254740993]", "[0,4]"), 4, "axis 0 of its shape");
    refuse(ONE("F32", "[\"1\"]", "[0,4]"), 4, "axis 0 of its shape");
    refuse(ONE("F32", "1", "[0,4]"), 4, "not an array");
    refuse(ONE("F32", "[1,1,1,1,1]", "[0,4]"), 4, "more than 4 axes");
    refuse(ONE("F32", "[4294967296,4294967296,4294967296]", "[0,4]"), 4, "is too large");
    refuse(ONE("F32", "[1]", "[0]"), 4, "its data_offsets");
    refuse(ONE("F32", "[1]", "[0,4,4]"), 4, "its data_offsets");
    refuse(ONE("F32", "[1]", "[-4,0]"), 4, "its data_offsets");
    refuse(ONE("F32", "[1]", "[0,1e300]"), 4, "its data_offsets");
    refuse(ONE("F32", "[1]", "[4,0]"), 4, "not among the file's 4");
    refuse(ONE("F32", "[2]", "[0,8]"), 4, "not among the file's 4");
    refuse(ONE("F32", "[1]", "[0,8]"), 8, "8 bytes do not hold its 1 elements of F32");
    refuse(ONE("F64", "[]", "[0,4]"), 4, "4 bytes do not hold its scalar");
}

static void tensors_that_do_not_fit_together(void **state)
{
    (void)state;
    refuse("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]", "[0,4]") "}", 4,
           "its bytes are another tensor's too");
    refuse("{" ENTRY("b", "F32", "[2]", "[4,12]") "," ENTRY("a", "F32", "[2]", "[0,8]") "}", 12,
           "tensor 'b': its bytes are another tensor's too");
    refuse("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]", "[5,9]") "}", 9,
           "tensor 'b': the bytes before it are no tensor's");
    refuse(ONE("F32", "[1]", "[4,8]"), 8, "the bytes before it");
    refuse(ONE("F32", "[1]", "[0,4]"), 5, "its last 1 bytes are no tensor's");
    refuse("{}", 3, "its last 3 bytes");
    refuse("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("a", "F32", "[1]", "[4,8]") "}", 8,
           "tensor 'a': there are two of that name");
    refuse("{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("a", "F32", "[0]", "[4,4]") "}", 4,
           "tensor 'a': there are two of that name");
}

static void metadata_that_is_none(void **state)
{
    (void)state;
    refuse("{\"__metadata__\":[]}", 0, "its __metadata__ is not a JSON object");
    refuse("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "there twice");
    refuse("{\"__metadata__\":{\"a\":1}}", 0, "its metadata 'a' is not a text");
    refuse("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "its metadata 'a' is there twice");
}

/* Every beginning of a good file is refused, and read no further than it goes: the address sanitizer sees it
 * end there. */
static void a_file_cut_off_anywhere(void **state)
{
    const char *path = write_example(*state);
    pmy_file file;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    for (size_t size = 0; size < file.size; size++) {
        uint8_t *cut = malloc(size + !size);
        assert_non_null(cut);
        memcpy(cut, file.bytes, size);
        refuse_bytes(cut, size, "");
        free(cut);
    }
    pmy_file_free(&file);
}

/* Reads each byte that a reader of the file would. */
static void touch_all(const pmy_safetensors *contents)
{
    volatile double read;
    for (size_t i = 0; i < contents->count; i++)
        for (size_t e = 0; e < pmy_shape_size(contents->tensor[i].shape); e++)
            read = pmy_safetensor_element(&contents->tensor[i], e);
    (void)read;
}

/* Files with a few bytes changed, taken out or put in are refused or are safe to use. */
static void a_file_changed_anywhere(void **state)
{
    enum { TRIES = 30000 };
    static const char pieces[] = "{}[]\",:0123456789-.eE\\u \xC3\xFF\0Fn";
    const char *path = write_example(*state);
    pmy_file file;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    uint64_t random = 7, header_length = file.bytes[0] | (uint64_t)file.bytes[1] << 8;
    size_t taken = 0;
    for (size_t try = 0; try < TRIES; try++) {
        uint8_t *changed = malloc(file.size);
        assert_non_null(changed);
        memcpy(changed, file.bytes, file.size);
        size_t size = file.size;
        for (size_t changes = 1 + try % 3; changes; changes--) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            size_t at = (random >> 33) % (8 + header_length);
            uint8_t byte = (uint8_t)pieces[(random >> 20) % (sizeof pieces - 1)];
            changed[at] = (random >> 12) % 4 ? byte : (uint8_t)(random >> 50);
            if ((random >> 16) % 8 == 0) /* take a byte out of the header */
                memmove(changed + at, changed + at + 1, --size - at);
        }
        uint8_t *exact = malloc(size);
        assert_non_null(exact);
        memcpy(exact, changed, size);
        pmy_safetensors contents;
        pmy_error error = {0};
        if (pmy_safetensors_read("f", exact, size, &contents, &error) == PMY_OK) {
            taken++;
            touch_all(&contents);
            pmy_safetensors_free(&contents);
        } else if (error.code != PMY_BAD_FILE || strncmp(error.message, "f: ", 3) != 0)
            fail_msg("try %zu: '%s'", try, error.message);
        free(exact);
        free(changed);
    }
    assert_true(taken > 0 && taken < TRIES / 2); /* a name or a note may be any text */
    pmy_file_free(&file);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(what_is_written_is_read),
        WITH_FOLDER(each_element_is_aligned),
        cmocka_unit_test(elements_of_every_dtype),
        cmocka_unit_test(a_file_without_tensors),
        cmocka_unit_test(tensors_without_elements_are_left_out),
        cmocka_unit_test(what_else_a_file_may_be),
        cmocka_unit_test(a_header_that_is_none),
        cmocka_unit_test(hostile_json),
        cmocka_unit_test(tensors_that_are_none),
        cmocka_unit_test(tensors_that_do_not_fit_together),
        cmocka_unit_test(metadata_that_is_none),
        WITH_FOLDER(a_file_cut_off_anywhere),
        WITH_FOLDER(a_file_changed_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
