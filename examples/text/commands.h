/* text's commands; each returns its exit status. */
#ifndef TEXT_COMMANDS_H
#define TEXT_COMMANDS_H

int train_command(int argc, char **argv);
int sample_command(int argc, char **argv);
int eval_command(int argc, char **argv);
int attention_command(int argc, char **argv);
int export_command(int argc, char **argv);
int gradcheck_command(int argc, char **argv);

#endif
