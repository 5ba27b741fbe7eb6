#include "mnist/report_tables.h"

#include "common/csv.h"
#include "mnist/report_parts.h"

#include <math.h>

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : (double)NAN;
}

/* --- Tables ------------------------------------------------------------------- */

static void put_steps(FILE *file, const void *context)
{
    const history *h = ((const report *)context)->history;
    (void)fputs("step,epoch,learning_rate,loss\n", file);
    for (size_t i = 0; i < h->step_count; i++) {
        (void)fprintf(file, "%llu,%zu", (unsigned long long)h->steps[i].step, h->steps[i].epoch);
        csv_number(file, h->steps[i].learning_rate);
        csv_number(file, h->steps[i].loss);
        (void)fputc('\n', file);
    }
}

static void put_epochs(FILE *file, const void *context)
{
    const history *h = ((const report *)context)->history;
    (void)fputs("epoch,train_loss,train_accuracy,validation_loss,validation_accuracy\n", file);
    for (size_t i = 0; i < h->epoch_count; i++) {
        const pmy_epoch_report *epoch = &h->epochs[i];
        (void)fprintf(file, "%zu", epoch->epoch);
        csv_number(file, epoch->train_loss);
        csv_number(file, share(epoch->train_correct, h->examples));
        csv_number(file, epoch->validation.count ? epoch->validation.loss : (double)NAN);
        csv_number(file, share(epoch->validation.correct, epoch->validation.count));
        (void)fputc('\n', file);
    }
}

static void put_confusion(FILE *file, const void *context)
{
    const report *r = context;
    (void)fputs("label", file);
    for (size_t k = 0; k < r->result->classes; k++) {
        (void)fputc(',', file);
        csv_text(file, r->classes[k]);
    }
    for (size_t row = 0; row < r->result->classes; row++) {
        (void)fputc('\n', file);
        csv_text(file, r->classes[row]);
        for (size_t k = 0; k < r->result->classes; k++)
            (void)fprintf(file, ",%zu", r->result->confusion[row * r->result->classes + k]);
    }
    (void)fputc('\n', file);
}

static void put_classes(FILE *file, const void *context)
{
    const report *r = context;
    (void)fputs("class,examples,predicted,correct,precision,recall,f1\n", file);
    for (size_t k = 0; k < r->result->classes; k++) {
        pmy_class_score score = pmy_class_score_of(r->result, k);
        csv_text(file, r->classes[k]);
        (void)fprintf(file, ",%zu,%zu,%zu", score.examples, score.predicted, score.correct);
        csv_number(file, score.precision);
        csv_number(file, score.recall);
        csv_number(file, score.f1);
        (void)fputc('\n', file);
    }
}

static void put_mistakes(FILE *file, const void *context)
{
    const report *r = context;
    (void)fputs("index,label,prediction,p,label_p,picture\n", file);
    for (size_t i = 0; i < r->result->count - r->result->correct; i++) {
        const pmy_mistake *mistake = &r->result->mistakes[i];
        (void)fprintf(file, "%zu,", mistake->index);
        csv_text(file, r->classes[mistake->label]);
        (void)fputc(',', file);
        csv_text(file, r->classes[mistake->prediction]);
        csv_number(file, mistake->p);
        csv_number(file, mistake->label_p);
        (void)fprintf(file, ",%s\n", i < REPORT_MISTAKES ? report_mistake_name(i).text : "");
    }
}

static void put_reliability(FILE *file, const void *context)
{
    const report *r = context;
    (void)fputs("above,up_to,count,correct,mean_p,accuracy\n", file);
    for (size_t i = 0; i < PMY_RELIABILITY_BINS; i++) {
        const pmy_reliability_bin *bin = &r->result->bins[i];
        (void)fprintf(file, "%.6f,%.6f,%zu,%zu", (double)i / PMY_RELIABILITY_BINS,
                      (double)(i + 1) / PMY_RELIABILITY_BINS, bin->count, bin->correct);
        csv_number(file, bin->count ? bin->p / (double)bin->count : (double)NAN);
        csv_number(file, share(bin->correct, bin->count));
        (void)fputc('\n', file);
    }
}

const report_table *report_table_at(size_t index)
{
    static const report_table tables[] = {
        {"learning-steps.csv", "learning rate and loss of each step", true, put_steps},
        {"learning-epochs.csv", "loss and accuracy of each epoch", true, put_epochs},
        {"confusion.csv", "how often each class was taken for each", false, put_confusion},
        {"classes.csv", "precision, recall and F1 of each class", false, put_classes},
        {"mistakes.csv", "all mistakes, the most confident first", false, put_mistakes},
        {"reliability.csv", "how often predictions are right, by their p", false, put_reliability},
    };
    return index < sizeof tables / sizeof *tables ? &tables[index] : NULL;
}
