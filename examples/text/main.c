/* text: trains a language model of a text's bytes or characters, and lets it write. */
#include "common/program.h"
#include "text/commands.h"

int main(int argc, char **argv)
{
    static const program_command commands[] = {
        {"train", "train a net to say what comes next in a text", train_command},
        {"sample", "let a model write", sample_command},
        {"eval", "measure how well a model says what comes next", eval_command},
        {"attention", "show where the heads of a model look", attention_command},
        {"export", "write a model as one of ONNX", export_command},
        {"gradcheck", "hold a model's gradients against finite differences", gradcheck_command},
    };
    static const program text = {"text",
                                 "Trains language models of bytes or characters, and lets them write.",
                                 commands, sizeof commands / sizeof *commands};
    return program_run(&text, argc, argv);
}
