import { AsyncLocalStorage } from "node:async_hooks";
import type { TestScope } from "./scope.ts";

/** The scope whose test is running in this async context: what `probeUntil` imported from "wakeful" binds itself to. */
export const currentScope = new AsyncLocalStorage<TestScope>();
