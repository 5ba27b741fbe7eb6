"""Runs a piece of Python where a crash is seen: in a process of its own."""

import os
import traceback


def in_a_child(function):
    """What the function says, run in a child; that it crashed, if it did."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            said = function()
        except BaseException:
            said = traceback.format_exc()
        os.write(writing, said.encode()[-4000:])
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return f"crashed with signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else said
