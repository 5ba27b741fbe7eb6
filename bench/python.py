"""What Python costs: the programs' mlp on MNIST, trained by `mnist` and by pmy.train with a progress bar and a
function called after every step, in turns.

    python3 bench/python.py [BUILD [ROUNDS]]

Counted is the time of the processor, on one thread, of six epochs less that of one, so that starting up is not in
it; the least of the rounds.
"""

import json
import os
import pty
import sys

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
FEW, MANY = 1, 6
KEPT = 5000  # of the training pictures, as mnist keeps for validation

CODE = f"""
import sys
import pmy
(X, y), _ = pmy.mnist()
steps = []
pmy.train("mlp", X[:-{KEPT}], y[:-{KEPT}], epochs=int(sys.argv[1]), validation=(X[-{KEPT}:], y[-{KEPT}:]), threads=1,
          progress=True, on_step=lambda report: steps.append(report.loss))
"""


def seconds(command):
    """The processor's time of a command that writes to a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, {**os.environ, "PYTHONPATH": f"{BUILD}/python"})
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # Linux says so that the other end is closed
    _, status, used = os.wait4(child, 0)
    os.close(terminal)
    if status:
        sys.exit(f"{command} failed")
    return used.ru_utime + used.ru_stime


def python(epochs):
    return [sys.executable, "-c", CODE, str(epochs)]


def program(epochs):
    return [f"{BUILD}/mnist", "train", "--net", "mlp", "--threads", "1", "--epochs", str(epochs)]


def main():
    least = {}
    for _ in range(ROUNDS):
        for command in (program, python):
            for epochs in (FEW, MANY):
                key = command.__name__, epochs
                least[key] = min(least.get(key, float("inf")), seconds(command(epochs)))
    spent = {name: (least[name, MANY] - least[name, FEW]) / (MANY - FEW) for name in ("program", "python")}
    print(json.dumps({"seconds_per_epoch": spent, "python_costs": spent["python"] / spent["program"] - 1}))


main()
