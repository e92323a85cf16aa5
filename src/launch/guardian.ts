import { spawn } from "node:child_process";

/**
 * Reads a process group's id, then waits. When its input closes without a "done", because this process has ended in
 * whatever way, it ends the group: first by request, after a grace by force. A shell is ready in two milliseconds, where a
 * second Node takes ninety, needs 1.6 MB instead of 45, and is on every POSIX system (which is why the signals are written
 * `-s TERM`); it sits in a session of its own, where no Ctrl-C of the terminal reaches it.
 */
const script = `
read -r group grace || exit 0
read -r word
[ "$word" = done ] && exit 0
kill -s TERM -- "-$group" 2>/dev/null
while [ "$grace" -gt 0 ] && kill -s 0 -- "-$group" 2>/dev/null; do sleep 0.1; grace=$((grace - 1)); done
kill -s KILL -- "-$group" 2>/dev/null
`;

export interface Guardian {
  /** Names the process group to guard, and how long it may take to end, ms. */
  guard(group: number, grace: number): void;
  /** Nothing is left to guard: the group has ended, or never began. */
  release(): void;
}

/**
 * Starts a guardian, before there is something to guard, so that the gap is no longer than the start of the system's own
 * process: within that millisecond nobody knows yet whom to guard.
 */
export function startGuardian(): Guardian {
  const shell = spawn("/bin/sh", ["-c", script], {
    // it needs `sleep`, none of the runner's secrets, and must not hold the runner's folder
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    cwd: "/",
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // without a shell there is no guard; the run itself is not worse for it
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  if ("unref" in shell.stdin) (shell.stdin as unknown as { unref(): void }).unref();
  let guarding = false;
  return {
    guard: (group, grace) => {
      guarding = true;
      shell.stdin.write(`${group} ${Math.ceil(grace / 100)}\n`);
    },
    release: () => {
      shell.stdin.end(guarding ? "done\n" : "");
    },
  };
}
