"""Runs one command for a transcript, on a terminal of its own or on none, and tells what it did.

Reads a request as JSON on stdin and prints the outcome as JSON; bytes travel in base64. While the command runs, it keeps
looking at /proc for the arguments and environment of every process the command starts.
"""

import base64
import fcntl
import json
import os
import select
import signal
import sys
import termios
import threading
import time
import tty

request = json.load(sys.stdin)
deadline = time.monotonic() + request["timeoutSeconds"]


def spawn():
    """Starts the command in a session of its own; answers its pid, the terminal's master and what to read."""
    master, slave = os.openpty() if request["terminal"] is not None else (None, None)
    on_terminal = request["terminal"] or []
    if slave is not None:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, b"\x18\x00\x50\x00\x00\x00\x00\x00")
    pipes = {name: os.pipe() for name in ("stdin", "stdout", "stderr") if name not in on_terminal}
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            if slave is not None:
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number, name in enumerate(("stdin", "stdout", "stderr")):
                end = slave if name in on_terminal else pipes[name][0 if name == "stdin" else 1]
                os.dup2(end, number)
            os.closerange(3, 256)
            # The interpreter ignores these, and what is ignored stays so across exec.
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            os.chdir(request["cwd"])
            os.execve(request["argv"][0], request["argv"], request["env"])
        except OSError as failure:
            os.write(2, f"pty_run: {failure}\n".encode())
        os._exit(127)
    for name, (reading, writing) in pipes.items():
        os.close(reading if name == "stdin" else writing)
    if slave is not None:
        os.close(slave)
    if "stdin" in pipes:
        threading.Thread(target=feed, args=(pipes["stdin"][1],), daemon=True).start()
    return pid, master, {pipes[name][0]: name for name in ("stdout", "stderr") if name in pipes}


def feed(writing):
    try:
        os.write(writing, base64.b64decode(request["stdin"]))
    except BrokenPipeError:
        pass
    os.close(writing)


def watch(pid, seen, finished):
    """Collects (argv, environment) of the process and everything below it."""
    while not finished.is_set():
        parents = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat", "rb") as stat:
                        parents[int(name)] = int(stat.read().rsplit(b")", 1)[1].split()[1])
                except (OSError, IndexError):
                    pass
        family = {pid}
        for _ in range(8):
            family |= {child for child, parent in parents.items() if parent in family}
        for member in family:
            try:
                with open(f"/proc/{member}/cmdline", "rb") as cmdline, open(f"/proc/{member}/environ", "rb") as environ:
                    seen.add((member == pid, cmdline.read(), environ.read()))
            except OSError:
                pass
        time.sleep(0.002)


def reap(pid):
    """Exit status once the process has ended, else None."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def main():
    pid, master, streams = spawn()
    seen, finished = set(), threading.Event()
    watcher = threading.Thread(target=watch, args=(pid, seen, finished), daemon=True)
    watcher.start()
    output = {"stdout": b"", "stderr": b"", "terminal": b""}
    if master is not None:
        streams[master] = "terminal"
    steps, from_here, problem, status = list(request["steps"]), 0, None, None
    while status is None or streams:
        if time.monotonic() > deadline:
            wanted = f", still waiting to see {steps[0]['see']!r}" if steps else ""
            problem = f"not finished after {request['timeoutSeconds']} s{wanted}"
            os.killpg(pid, signal.SIGKILL)
            if status is None:
                os.waitpid(pid, 0)
            status = -9
            break
        readable, _, _ = select.select(list(streams), [], [], 0.02)
        for stream in readable:
            try:
                data = os.read(stream, 65536)
            except OSError:
                data = b""
            if not data:
                del streams[stream]
            output[streams.get(stream, "stdout")] += data
        if steps:
            at = output["terminal"].find(steps[0]["see"].encode(), from_here)
            if at >= 0:
                from_here = len(output["terminal"])
                # A reader that has just printed its question may not have switched off echo yet.
                wait_for_quiet(master)
                os.write(master, steps.pop(0)["type"].encode())
        if status is None:
            status = reap(pid)
        elif not readable:
            # Whatever still holds the pipes is a child that was left behind.
            break
    finished.set()
    watcher.join()
    if steps and problem is None:
        problem = f"ended without showing {steps[0]['see']!r}"
    encode = lambda data: base64.b64encode(data).decode()
    print(
        json.dumps(
            {
                "exit": status if status >= 0 else 128 - status,
                "problem": problem,
                **{name: encode(data) for name, data in output.items()},
                "processes": [
                    {"main": main, "argv": encode(argv), "environment": encode(environ)}
                    for main, argv, environ in sorted(seen)
                ],
            }
        )
    )


def wait_for_quiet(master):
    for _ in range(100):
        lflag = termios.tcgetattr(master)[tty.LFLAG]
        if not lflag & termios.ECHO:
            return
        time.sleep(0.005)


main()
