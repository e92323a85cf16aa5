import { CommandFailed, WrongUse } from "./command-failed.ts";
import { type Clock, delay, type Duration, milliseconds, systemClock } from "../time/index.ts";
import { readState, type RunningProgram } from "./state-file.ts";

const lookAgain = 20;
const longestEnd = 10_000;
/** How long one that listens may take to say that it is there, ms: it may be at work. */
const longestAnswer = 5_000;
/** While one is awaited, another may take the port of the one that is asked: it is not asked for longer than this. */
const longestLook = 1_000;
/** What a look takes at least, ms, however near the end is. */
const shortestLook = 250;

/** The simulator that was started with `wakeful up` on a port. */
export function findRunning(port: number): RunningProgram {
  const running = readState(port);
  if (running !== undefined) return running;
  throw new CommandFailed(
    `No simulator runs on port ${port}. Start one: ${startCommand(port)}. If yours has another port, name it: --port.`,
  );
}

/** The same, where it answers: one that was killed leaves its file behind. */
export async function findAnswering(port: number, clock: Clock = systemClock): Promise<RunningProgram> {
  const running = findRunning(port);
  if (await answers(running, longestAnswer, clock)) return running;
  throw new CommandFailed(
    `No simulator runs on port ${port}: the one of process ${running.pid} does not answer, it has probably been killed. Start one: ${startCommand(port)}.`,
  );
}

/** The same, once one runs there: it may be starting. */
export async function awaitRunning(
  port: number,
  within: Duration,
  clock: Clock = systemClock,
): Promise<RunningProgram> {
  const end = clock.now() + milliseconds(within, "--within");
  for (;;) {
    const running = readState(port);
    const look = Math.min(longestLook, Math.max(end - clock.now(), shortestLook));
    if (running !== undefined && (await answers(running, look, clock))) return running;
    if (clock.now() >= end) throw new CommandFailed(`No simulator ran on port ${port} within ${within}.`);
    await delay(clock, lookAgain);
  }
}

/** Whether it is there, and is itself: its port may be another program's by now. */
async function answers(running: RunningProgram, within: number, clock: Clock): Promise<boolean> {
  const tooLong = new AbortController();
  using _limit = clock.timer(within, () => {
    tooLong.abort();
  });
  try {
    const response = await post(running, "ping", {}, tooLong.signal);
    const { pid } = (await response.json()) as { pid?: unknown };
    return response.ok && pid === running.pid;
  } catch {
    // nobody listens, or somebody else
    return false;
  }
}

/** Ends the running simulator. Resolves when its process is gone. */
export async function endRunning(running: RunningProgram, clock: Clock = systemClock): Promise<void> {
  await command(running, "down");
  for (const end = clock.now() + longestEnd; isAlive(running.pid); await delay(clock, lookAgain)) {
    if (clock.now() >= end)
      throw new CommandFailed(`Process ${running.pid} does not end. End it yourself: kill ${running.pid}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    // no signal at all: it only looks
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Sends a command to the running simulator, and returns its answer. */
export async function command(running: RunningProgram, name: string, input: unknown = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await post(running, name, input);
  } catch (cause) {
    const { port } = new URL(running.url);
    throw new CommandFailed(
      `The simulator at ${running.url} (process ${running.pid}) does not answer: it has probably been killed. Start it again: ${startCommand(Number(port))}.`,
      { cause },
    );
  }
  const body = (await response.json()) as { problem?: string; wrongUse?: boolean };
  if (response.ok) return body;
  const problem = body.problem ?? `The simulator answered ${response.status}.`;
  throw body.wrongUse === true ? new WrongUse(problem) : new CommandFailed(problem);
}

function post({ control, token }: RunningProgram, name: string, input: unknown, signal?: AbortSignal) {
  return fetch(`${control}/${name}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(input),
    ...(signal !== undefined && { signal }),
  });
}

function startCommand(port: number): string {
  return port === 4566 ? "npx wakeful up" : `npx wakeful up --port ${port}`;
}
