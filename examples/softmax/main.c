/* softmax: see with real numbers why the gradient of softmax with cross-entropy is p - y. */
#include "common/program.h"
#include "softmax/commands.h"

int main(int argc, char **argv)
{
    static const program_command commands[] = {
        {"explain", "softmax, the loss and both ways back to the logits, step by step", explain_run},
        {"layer", "from p - y to the gradients of a linear layer's W, b and x", layer_run},
        {"temperature", "p, its entropy and what is drawn from it, against the temperature", temperature_run},
        {"attention", "softmax in scaled dot-product attention, forward and backward", attention_run},
        {"quiz", "an exercise: say what softmax gives, and why", quiz_run},
        {"check", "find the wrong rows among worked examples", check_run},
        {"identities", "what always holds for softmax, shown and tested with numbers", identities_run},
    };
    static const program softmax = {.name = "softmax",
                                    .summary =
                                        "Study softmax with cross-entropy, whose gradient is p - y, with "
                                        "the numbers of the code that trains.",
                                    .commands = commands,
                                    .command_count = sizeof commands / sizeof *commands};
    return program_finish(softmax.name, program_run(&softmax, argc, argv));
}
