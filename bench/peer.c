#include "peer.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void become_peer(int in, int out, const char *python, const char *script, const char *variable,
                        const char *value)
{
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(127);
    if (!freopen("/dev/null", "w", stderr) || (variable && setenv(variable, value, 1) != 0))
        _exit(127);
    execlp(python, python, script, (char *)NULL);
    _exit(127);
}

static bool start_with(peer *p, const char *python, const char *script, const char *variable,
                       const char *value)
{
    int down[2], up[2];
    *p = (peer){0};
    signal(SIGPIPE, SIG_IGN);
    if (pipe(down) != 0)
        return false;
    if (pipe(up) != 0) {
        close(down[0]), close(down[1]);
        return false;
    }
    p->process = fork();
    if (p->process == 0) {
        close(down[1]), close(up[0]);
        become_peer(down[0], up[1], python, script, variable, value);
    }
    close(down[0]), close(up[1]);
    /* Or the next peer would hold this one's ends open. */
    (void)fcntl(down[1], F_SETFD, FD_CLOEXEC), (void)fcntl(up[0], F_SETFD, FD_CLOEXEC);
    p->to = fdopen(down[1], "w");
    p->from = fdopen(up[0], "r");
    char line[64];
    if (p->process > 0 && p->to && p->from && fgets(line, sizeof line, p->from) &&
        strcmp(line, "ready\n") == 0)
        return true;
    peer_stop(p);
    return false;
}

bool peer_start(peer *p, const char *script, const char *variable, const char *value)
{
    return start_with(p, "python3", script, variable, value) ||
           start_with(p, "/usr/bin/python3", script, variable, value);
}

double peer_ask(peer *p, const char *line)
{
    char answer[64];
    if (!p->to || fprintf(p->to, "%s\n", line) < 0 || fflush(p->to) != 0 ||
        !fgets(answer, sizeof answer, p->from))
        return (double)NAN;
    return strtod(answer, NULL);
}

void peer_stop(peer *p)
{
    if (p->to)
        fclose(p->to);
    if (p->from)
        fclose(p->from);
    if (p->process > 0)
        (void)waitpid(p->process, NULL, 0);
    *p = (peer){0};
}
