import { type TestContext, TestRunner } from "vitest";

type Task = TestContext["task"];
type Body = () => unknown;
type Wrapper = (body: Body) => unknown;

const wrappers = new WeakMap<Task, Wrapper>();
let installed = false;

/**
 * Has a test's own function, with the fixtures that it sets up, called by `wrapper` until disposed.
 *
 * This is the only place that knows when Vitest's time for the test begins, and that sees the error itself: hooks run before
 * and after it, and get a serialized copy. Vitest runs a test through `runTask` of its runner where there is one; its own
 * runner has none, so this one is added to the class that it publishes. A runner of the user's with a `runTask` of its own
 * keeps it: then waits do not know `testTimeout`, and failures have no attachments.
 */
export function wrapBody(task: Task, wrapper: Wrapper): Disposable {
  install();
  const inner = wrappers.get(task);
  wrappers.set(task, inner === undefined ? wrapper : (body) => wrapper(() => inner(body)));
  return {
    [Symbol.dispose]() {
      if (inner === undefined) wrappers.delete(task);
      else wrappers.set(task, inner);
    },
  };
}

function install(): void {
  if (installed) return;
  installed = true;
  const runner = TestRunner.prototype as { runTask?: (task: Task) => unknown };
  const before = runner.runTask;
  runner.runTask = function runTask(task) {
    const body = () => (before === undefined ? TestRunner.getTestFn(task)() : before.call(this, task));
    const wrapper = wrappers.get(task);
    return wrapper === undefined ? body() : wrapper(body);
  };
}
