/** What every process needs, and nothing that tells of this one: no AWS_*, no NODE_OPTIONS, no runner's variables. */
const always = ["PATH", "HOME", "TMPDIR", "LANG"];

/** The environment of a child: the few inherited variables, those named, and what is given. `undefined` takes one away. */
export function childEnvironment(
  inherit: readonly string[],
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of [...always, ...inherit]) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) Reflect.deleteProperty(environment, name);
    else environment[name] = value;
  }
  return environment;
}
