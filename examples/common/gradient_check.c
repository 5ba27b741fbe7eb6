#include "common/gradient_check.h"

#include "common/gradient_report.h"
#include "common/program.h"
#include "common/underline.h"

#ifdef PMY_QUAD
#define QUAD(X) X("quad", pmyq_check_subject)
#else
#define QUAD(X)
#endif
#define PRECISIONS(X) X("double", pmy64_check_subject) X("float", pmy_check_subject) QUAD(X)
#define NAME(name, check) name,
#define CHECK(name, check) check,

const char *const gradient_precisions[] = {PRECISIONS(NAME) NULL};
static check_subject *const checks[] = {PRECISIONS(CHECK)};

int gradient_check(const options *command, gradient_subject what, int precision, bool json)
{
    gradient_report report;
    gradient_report_begin(&report, json);
    what.found = gradient_report_add;
    what.context = &report;
    pmy_error error = {0};
    pmy_status status = checks[precision](&what, &error);
    bool written = gradient_report_end(&report);
    if (status != PMY_OK) {
        (void)options_wrong(command, "%s", error.message);
        if (what.net)
            underline(stderr, what.net, error.position, error.length);
        return program_status(status);
    }
    if (!written) {
        (void)options_wrong(command, "the results could not be written");
        return PROGRAM_WRONG;
    }
    return report.failed || !report.checks ? PROGRAM_FAILED : PROGRAM_FINE;
}
