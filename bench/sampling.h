/* How fast a language model writes, on one thread: the net of `text train --net small`, from an empty text,
 * each token drawn from all at temperature 0.8 and windows moved on as it goes. Beside it, in turn, the same
 * by PyTorch (sampling_torch.py): computing the whole window for each token, as is usual, and with the keys
 * and values of the past kept. Nothing is printed of what is drawn. */
#ifndef BENCH_SAMPLING_H
#define BENCH_SAMPLING_H

/* Measures it and prints a table, or a JSON object. */
void sampling_contest(void);

#endif
