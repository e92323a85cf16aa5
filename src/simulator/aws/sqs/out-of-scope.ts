import type { Actions } from "./call.ts";
import { unsupported } from "./errors.ts";

const names = ["AddPermission", "RemovePermission"] as const;

/** Actions that AWS has and the simulator has not: they say so, rather than that there is no such action. */
export const outOfScopeActions: Actions = Object.fromEntries(
  names.map((name) => [
    name,
    () => {
      throw unsupported(`This simulator has no ${name}: set the queue's attribute Policy, which topics are held to.`);
    },
  ]),
);
