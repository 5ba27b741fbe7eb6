/* The commands of softmax, each in the file of its name. argv[0] is the command's name; what they return is
 * the program's exit status. */
#ifndef SOFTMAX_COMMANDS_H
#define SOFTMAX_COMMANDS_H

int explain_run(int argc, char **argv);
int layer_run(int argc, char **argv);
int temperature_run(int argc, char **argv);
int attention_run(int argc, char **argv);
int quiz_run(int argc, char **argv);
int check_run(int argc, char **argv);
int identities_run(int argc, char **argv);

#endif
