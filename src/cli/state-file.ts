import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { CommandFailed } from "./command-failed.ts";

/** What a second terminal needs to find a running simulator. */
export interface RunningProgram {
  readonly pid: number;
  /** Where AWS SDKs go. */
  readonly url: string;
  /** Where commands go. */
  readonly control: string;
  /** What commands must show. */
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Only its owner may read it: the token in it is the right to command. Throws `CommandFailed` where it cannot be written. */
export function writeState(port: number, state: RunningProgram): Disposable {
  const path = pathOf(port);
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    // at once, so that nobody reads half of it
    const draft = `${path}.${state.pid}`;
    rmSync(draft, { force: true });
    writeFileSync(draft, JSON.stringify(state), { mode: 0o600, flag: "wx" });
    renameSync(draft, path);
  } catch (cause) {
    const where = process.env["XDG_RUNTIME_DIR"] === undefined ? "HOME" : "XDG_RUNTIME_DIR";
    throw new CommandFailed(
      `${path} cannot be written: ${(cause as Error).message}. Other terminals find the simulator by it: set ${where} to a folder of yours.`,
      { cause },
    );
  }
  return {
    [Symbol.dispose]: () => {
      rmSync(path, { force: true });
    },
  };
}

/** undefined: none was started on that port. Throws `CommandFailed` for a file that cannot be understood. */
export function readState(port: number): RunningProgram | undefined {
  const path = pathOf(port);
  try {
    return JSON.parse(readFileSync(path, "utf8")) as RunningProgram;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CommandFailed(`${path} cannot be read: ${(cause as Error).message}. Remove it, and start again.`, {
      cause,
    });
  }
}

function pathOf(port: number): string {
  return join(folder(), `simulator-${port}.json`);
}

/** The user's own folder for what does not outlive a session; in /tmp others could put a file of that name first. */
function folder(): string {
  return process.env["XDG_RUNTIME_DIR"] ?? join(homedir(), ".wakeful");
}
