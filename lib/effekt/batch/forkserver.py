"""The fork server: a process that has imported the heavy libraries once and forks a kernel in a fraction of the time of a new process.

Run as a script and never imported: it must not load `effekt`, so that a kernel always imports the library as it is on the disk. It reads
requests from stdin and answers on stdout, one JSON a line: {"start": {...}} -> {"pid": n}, {"poll": pid} -> {"code": n or null}. When stdin
ends, because the driver ended or was killed, it kills its kernels and ends.
"""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    sys.path.pop(0)

import gc
import importlib
import json
import os
import signal
import threading

INLINE = "module://matplotlib_inline.backend_inline"
NEVER = ("effekt", "matplotlib.pyplot", "matplotlib_inline", "seaborn")


def serve(modules):
    """Answer requests until stdin ends."""
    requests, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    alive, hold = os.pipe()
    preload(modules)
    gc.collect()
    gc.freeze()
    running = {}
    for line in requests:
        request = json.loads(line)
        if "start" in request:
            pid = os.fork()
            if pid == 0:
                for private in (requests.fileno(), answers.fileno(), hold):
                    os.close(private)
                run_kernel(request["start"], alive)
            running[pid] = None
            answer = {"pid": pid}
        else:
            answer = {"code": poll(request["poll"], running)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    for pid, code in running.items():
        if code is None and poll(pid, running) is None:
            try:
                os.killpg(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass


def preload(modules):
    """Import what the notebooks will import; a name that is an attribute and no module is passed over, as is one that must never be preloaded."""
    for name in modules:
        if not any(name == never or name.startswith(never + ".") for never in NEVER):
            try:
                importlib.import_module(name)
            except Exception:
                pass


def poll(pid, running):
    """The exit code of a kernel, None while it runs."""
    if running.get(pid, 0) is None:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            running[pid] = os.waitstatus_to_exitcode(status)
    return running.get(pid, 0)


def run_kernel(start, alive):
    """In the forked process: become the kernel that a new process would have been. Never returns."""
    code = 1
    try:
        os.setsid()
        log = os.open(start["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(start["env"])
        os.chdir(start["cwd"])
        threading.Thread(target=end_with_server, args=(alive,), daemon=True).start()
        be_fresh()
        from ipykernel.kernelapp import IPKernelApp

        sys.argv = ["ipykernel_launcher", *start["arguments"]]
        IPKernelApp.launch_instance(argv=start["arguments"])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def end_with_server(alive):
    """Wait for the server's end of the pipe to close, then end this kernel and what it started."""
    os.read(alive, 1)
    os.killpg(0, signal.SIGKILL)


def be_fresh():
    """Undo what the libraries decided while they were imported outside a notebook."""
    import random

    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "pandas" in sys.modules:
        sys.modules["pandas"].set_option("display.max_columns", 20, "display.encoding", "UTF-8")
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = os.environ.get("MPLBACKEND") or INLINE


if __name__ == "__main__":
    serve(sys.argv[1:])
