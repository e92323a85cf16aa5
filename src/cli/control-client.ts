import { CommandFailed } from "./command-failed.ts";
import { readState, type RunningProgram } from "./state-file.ts";

/** The simulator that was started with `wakeful up` on a port. */
export function findRunning(port: number): RunningProgram {
  const running = readState(port);
  if (running === undefined) {
    throw new CommandFailed(`No simulator runs on port ${port}. Start one: npx wakeful up --port ${port}`);
  }
  return running;
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
    throw new CommandFailed(
      `The simulator at ${running.url} (process ${running.pid}) does not answer: it has probably been killed. Start it again: npx wakeful up`,
      { cause },
    );
  }
  const body = (await response.json()) as { problem?: string };
  if (!response.ok) throw new CommandFailed(body.problem ?? `The simulator answered ${response.status}.`);
  return body;
}
