import { spawnSync } from "node:child_process";

/** The Python that `WAKEFUL_PYTHON` names, or that of the machine; undefined when it has no boto3. */
export function pythonWithBoto3(): string | undefined {
  const { WAKEFUL_PYTHON: named } = process.env;
  const command = named ?? "python3";
  const found = spawnSync(command, ["-c", "import boto3"]).status === 0;
  if (named !== undefined && !found) throw new Error(`WAKEFUL_PYTHON is ${named}, which cannot import boto3`);
  return found ? command : undefined;
}
