"""onnx_parity.py MODEL.onnx PROBABILITIES: does onnxruntime say what tests/export/probabilities.c wrote?

Prints the largest difference of a probability; ends with 0 if it is at most 1e-5, for whole batches, for other
sizes of batch, and, where the time may vary, for fewer positions; and if onnx's checker finds nothing wrong."""
import sys

import numpy
import onnx
import onnxruntime

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
given, = session.get_inputs()
answer, = session.get_outputs()

with open(sys.argv[2], "rb") as file:
    examples, numbers, probabilities = numpy.fromfile(file, numpy.int64, 3)
    kind = numpy.int64 if given.name == "tokens" else numpy.float32
    x = numpy.fromfile(file, kind, examples * numbers)
    expected = numpy.fromfile(file, numpy.float64, examples * probabilities)

assert given.shape[0] == "batch" and answer.shape[0] == "batch"
shape = [n if isinstance(n, int) else numbers for n in given.shape[1:]]
x = x.reshape([examples] + shape)
inner = [n if isinstance(n, int) else numbers for n in answer.shape[1:]]
expected = expected.reshape([examples] + inner)


def largest(rows, positions=None):
    part, wanted = x[:rows], expected[:rows]
    if positions:
        part, wanted = part[:, :positions], wanted[:, :positions]
    got, = session.run([answer.name], {given.name: part})
    assert got.shape == wanted.shape, (got.shape, wanted.shape)
    difference = numpy.abs(got - wanted)
    return difference.max() if numpy.isfinite(difference).all() else numpy.inf


differences = [largest(examples), largest(1), largest(3)]
if given.shape[1] == "time":
    differences += [largest(2, 1), largest(examples, numbers // 2)]
print("%.3g" % max(differences))
sys.exit(not max(differences) <= 1e-5)
