"""A contestant: PyTorch, eager. Arguments: cpu or cuda, the number of threads, and a workload to train one step of.

Without a workload it answers the harness: a line of JSON each on stdin and, after a mark, on stdout.
"""

import json
import resource
import sys
import time

begin = time.perf_counter()
import torch  # noqa: E402  the import is part of the time to the first step

DEVICE = sys.argv[1]
torch.set_num_threads(int(sys.argv[2]))
if DEVICE == "cuda" and not torch.cuda.is_available():
    sys.exit("RuntimeError: PyTorch sees no CUDA device")
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
from tasks import Article, prepare  # noqa: E402


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def blas():
    """The library that multiplies matrices; the reference one is many times slower than the others."""
    try:
        with open("/proc/self/maps") as maps:
            loaded = maps.read()
    except OSError:
        loaded = ""
    known = {"openblas": "OpenBLAS", "mkl": "MKL", "blis": "BLIS", "libblas": "the reference BLAS"}
    return next((name for part, name in known.items() if part in loaded.lower()), "another BLAS")


def answer(request, task):
    ask = request["ask"]
    if ask == "about":
        on = f"on {torch.cuda.get_device_name()}" if DEVICE == "cuda" else f"with {blas()}"
        return {"version": f"PyTorch {torch.__version__} {on}", "runtime": f"Python {sys.version.split()[0]}"}
    if ask == "prepare":
        slow = DEVICE == "cpu" and blas() == "the reference BLAS"
        return {"note": "multiplies with the reference BLAS"} if slow else {}
    if ask == "probe":
        return {"probe": task.probe()}
    if ask == "run":
        start = time.perf_counter()
        work = task.run(request["count"])
        ms = 1000 * (time.perf_counter() - start)
        return {"ms": ms, "done": request["count"], "peakMb": peak_mb(), **work}
    return {"peakMb": peak_mb()}


def say(reply):
    print("@bench " + json.dumps(reply), flush=True)


def serve():
    task = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request["ask"] == "prepare":
                task = None
                task = prepare(request["spec"], DEVICE)
            say(answer(request, task))
            if request["ask"] == "release":
                task = None
        except Exception as error:  # reported to the harness, whatever it is
            say({"error": f"{type(error).__name__}: {error}".split("\n")[0]})


def train_one_step(spec):
    Article({**spec, "epochs": 1, "samples": spec["batch"]}, DEVICE).fit()
    say({"ms": 1000 * (time.perf_counter() - begin), "peakMb": peak_mb()})


if len(sys.argv) > 3:
    train_one_step(json.loads(sys.argv[3]))
else:
    serve()
