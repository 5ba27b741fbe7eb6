/* The numbers of any graph in a file: its parameters and statistics, as safetensors, by their names.
 *
 *   pmy_save("encoder.safetensors", graph, &error);
 *   …                                       a graph built by the same calls, here or elsewhere
 *   pmy_load("encoder.safetensors", graph, &error);
 *
 * The bits come back. A model file (train/model.h) also says of which net they are. */
#ifndef PMY_TRAIN_SAVE_H
#define PMY_TRAIN_SAVE_H

#include "tensor/graph.h"

/* Writes those of a built graph; whole or not at all (io/atomic_file.h), in the types that pmy_model_save
 * writes. Errors: PMY_IO, PMY_NO_MEMORY, PMY_BAD_DATA (a number that is not finite), PMY_BAD_ARGUMENT (a name
 * that is not UTF-8). */
pmy_status pmy_save(const char *path, const pmy_graph *graph, pmy_error *error);

/* Writes the file's numbers into those of a built graph. First it checks that the file has them all, in their
 * shapes, and no others, and that each number is finite; else PMY_BAD_FILE, naming the tensor, and the graph
 * is as it was. Errors besides: PMY_IO, PMY_NO_MEMORY. */
pmy_status pmy_load(const char *path, pmy_graph *graph, pmy_error *error);

#endif
