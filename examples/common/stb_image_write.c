/* Compiles stb_image_write, with nothing but PNG in memory used of it. */
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
