import { spawn } from "node:child_process";

/**
 * Reads a process group's id, then waits. When its input closes without a "done", because this process has ended in
 * whatever way, it ends the group: first by request, after a grace by force. A shell costs two milliseconds and is on every
 * POSIX system (which is why the signals are written `-s TERM`); it sits in a session of its own, where no Ctrl-C of the terminal reaches it.
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
  /** The group has ended: nothing is left to guard. */
  release(): void;
}

/** Starts a guardian, before there is something to guard, so that there is no gap. */
export function startGuardian(): Guardian {
  const shell = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  // without a shell there is no guard; the run itself is not worse for it
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  if ("unref" in shell.stdin) (shell.stdin as unknown as { unref(): void }).unref();
  return {
    guard: (group, grace) => {
      shell.stdin.write(`${group} ${Math.ceil(grace / 100)}\n`);
    },
    release: () => {
      shell.stdin.end("done\n");
    },
  };
}
