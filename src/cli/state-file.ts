import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

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

/** Only its owner may read it: the token in it is the right to command. */
export function writeState(port: number, state: RunningProgram): Disposable {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  const path = pathOf(port);
  rmSync(path, { force: true });
  writeFileSync(path, JSON.stringify(state), { mode: 0o600, flag: "wx" });
  return {
    [Symbol.dispose]: () => {
      rmSync(path, { force: true });
    },
  };
}

/** undefined: none was started on that port. */
export function readState(port: number): RunningProgram | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(port), "utf8")) as RunningProgram;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function pathOf(port: number): string {
  return join(folder(), `simulator-${port}.json`);
}

/** The user's own folder for what does not outlive a session; in /tmp others could put a file of that name first. */
function folder(): string {
  return process.env["XDG_RUNTIME_DIR"] ?? join(homedir(), ".wakeful");
}
