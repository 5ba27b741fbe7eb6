/* A function that the page calls: page_NAME in C is engine.call("NAME", …) in web/engine.js. Texts come as
 * UTF-8 that ends in NUL, arrays as a place and a count, in that order; all else as a double. It answers
 * through answer.h. In a build that is no page it is a function like any other, which the tests call. */
#ifndef PAGE_EXPORT_H
#define PAGE_EXPORT_H

#ifdef __wasm__
#define PAGE_EXPORT(name) __attribute__((export_name(#name))) void name
#else
#define PAGE_EXPORT(name) void name
#endif

#endif
