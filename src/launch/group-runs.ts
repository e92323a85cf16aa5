import { readdirSync, readFileSync } from "node:fs";

/**
 * Whether a process of the group still runs. One that has ended and was not collected yet does not: in a container whose
 * first process collects nobody, such processes stay for good, and a signal still "reaches" them.
 */
export function groupRuns(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    // ESRCH: it is gone. EPERM: on macOS the same, elsewhere only processes of other users are left, out of our reach.
    return false;
  }
  return (
    process.platform !== "linux" || readdirSync("/proc").some((entry) => /^\d+$/.test(entry) && runsIn(entry, group))
  );
}

function runsIn(pid: string, group: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // it has ended since the folder was read
    return false;
  }
  // "123 (any name) S 1 123 ...": state, parent, group. The name may contain anything, so its end is the last parenthesis.
  const [state = "", , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(itsGroup) === group && !"ZX".includes(state);
}
