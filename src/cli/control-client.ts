import { CommandFailed, WrongUse } from "./command-failed.ts";
import { readState, type RunningProgram } from "./state-file.ts";

/** The simulator that was started with `wakeful up` on a port. */
export function findRunning(port: number): RunningProgram {
  const running = readState(port);
  if (running !== undefined) return running;
  throw new CommandFailed(
    `No simulator runs on port ${port}. Start one: ${startCommand(port)}. If yours has another port, name it: --port.`,
  );
}

/** Sends a command to the running simulator, and returns its answer. */
export async function command(running: RunningProgram, name: string, input: unknown = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${running.control}/${name}`, {
      method: "POST",
      headers: { authorization: `Bearer ${running.token}`, "content-type": "application/json" },
      body: JSON.stringify(input),
    });
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

function startCommand(port: number): string {
  return port === 4566 ? "npx wakeful up" : `npx wakeful up --port ${port}`;
}
