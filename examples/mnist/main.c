/* mnist: trains a classifier of handwritten digits, end to end. */
#include "common/program.h"
#include "mnist/commands.h"

int main(int argc, char **argv)
{
    static const program_command commands[] = {
        {"train", "train a net on MNIST or data like it, and test it", train_command},
        {"eval", "test a model file", eval_command},
        {"predict", "say which digit is on a picture", predict_command},
        {"export", "write a model as C that needs no library, or as ONNX", export_command},
        {"info", "show what is in a model file", info_command},
    };
    static const program mnist = {"mnist", "Trains a classifier of handwritten digits.", commands,
                                  sizeof commands / sizeof *commands};
    return program_run(&mnist, argc, argv);
}
