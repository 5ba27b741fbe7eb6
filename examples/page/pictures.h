/* The pictures that are in the page: MNIST's, once they are unpacked. They stay bytes. */
#ifndef PAGE_PICTURES_H
#define PAGE_PICTURES_H

#include "data/dataset.h"

/* Their count is 0 as long as they are not there. */
const pmy_dataset *pictures_train(void);
const pmy_dataset *pictures_test(void);

#endif
