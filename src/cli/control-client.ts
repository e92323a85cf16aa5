import { CommandFailed, WrongUse } from "./command-failed.ts";
import { type Clock, delay, type Duration, formatDuration, milliseconds, systemClock } from "../time/index.ts";
import { readState, type RunningProgram } from "./state-file.ts";

const lookAgain = 20;
const longestEnd = 10_000;
/** How long one that listens may take to say that it is there, ms: it may be at work. */
const longestAnswer = 5_000;
/** How long a command may take, ms: an advance waits for consumers, ten seconds at most, and for advances before it. */
const longestCommand = 60_000;
/** While one is awaited, another may take the port of the one that is asked: it is not asked for longer than this. */
const longestLook = 1_000;
/** What a look takes at least, ms, however near the end is. */
const shortestLook = 250;

/**
 * The simulator that was started with `wakeful up` on a port. It is asked whether it is there: one that was killed leaves its
 * file behind, and its ports may be another program's by now.
 */
export async function findRunning(port: number, clock: Clock = systemClock): Promise<RunningProgram> {
  const running = readState(port);
  if (running === undefined) {
    throw new CommandFailed(
      `No simulator runs on port ${port}. Start one: ${startCommand(port)}. If yours has another port, name it: --port.`,
    );
  }
  if (await answers(running, longestAnswer, clock)) return running;
  const { pid } = running;
  const problem = isAlive(pid)
    ? `No simulator answers on port ${port}: process ${pid}, which ran one, is stopped, or another program by now`
    : `No simulator runs on port ${port}: process ${pid}, which ran one, has ended`;
  throw new CommandFailed(`${problem}. Start one: ${startCommand(port)}.`);
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

/** Whether it is there, and is itself. */
async function answers(running: RunningProgram, within: number, clock: Clock): Promise<boolean> {
  try {
    const { ok, body } = await post(running, "ping", {}, within, clock);
    return ok && body.pid === running.pid;
  } catch {
    // nobody listens, or somebody else
    return false;
  }
}

/** Ends the running simulator. Resolves when its process is gone. */
export async function endRunning(running: RunningProgram, clock: Clock = systemClock): Promise<void> {
  await command(running, "down", {}, clock);
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
export async function command(
  running: RunningProgram,
  name: string,
  input: unknown = {},
  clock: Clock = systemClock,
): Promise<unknown> {
  let answer: Answer;
  try {
    answer = await post(running, name, input, longestCommand, clock);
  } catch (cause) {
    const tooLong = cause instanceof Error && cause.name === "AbortError";
    const why = tooLong ? `within ${formatDuration(longestCommand)}` : "any more: it has ended meanwhile";
    throw new CommandFailed(`Process ${running.pid}, the simulator at ${running.url}, did not answer ${name} ${why}.`, {
      cause,
    });
  }
  const { ok, status, body } = answer;
  if (ok) return body;
  const problem = body.problem ?? `The simulator answered ${status}.`;
  throw body.wrongUse === true ? new WrongUse(problem) : new CommandFailed(problem);
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: { readonly pid?: unknown; readonly problem?: string; readonly wrongUse?: boolean };
}

/** Rejects when there is no whole answer, or none within so many milliseconds. */
async function post(
  { control, token }: RunningProgram,
  name: string,
  input: unknown,
  within: number,
  clock: Clock,
): Promise<Answer> {
  const tooLong = new AbortController();
  using _limit = clock.timer(within, () => {
    tooLong.abort();
  });
  const response = await fetch(`${control}/${name}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(input),
    signal: tooLong.signal,
  });
  return { ok: response.ok, status: response.status, body: (await response.json()) as Answer["body"] };
}

function startCommand(port: number): string {
  return port === 4566 ? "npx wakeful up" : `npx wakeful up --port ${port}`;
}
