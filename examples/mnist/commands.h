/* The commands of the program mnist; each returns the exit status. */
#ifndef MNIST_COMMANDS_H
#define MNIST_COMMANDS_H

int train_command(int argc, char **argv);
int eval_command(int argc, char **argv);
int info_command(int argc, char **argv);
int predict_command(int argc, char **argv);
int export_command(int argc, char **argv);

#endif
