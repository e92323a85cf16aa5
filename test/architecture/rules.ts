import ts from "typescript";

/** A room is the first folder below `src`; `errors` and `index` are files. DESIGN's table: who may import whom. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  text: [],
  errors: ["text"],
  kinds: [],
  options: ["errors", "kinds", "text"],
  time: ["errors", "kinds", "options"],
  contracts: [],
  journal: ["contracts", "time", "errors"],
  probe: ["time", "errors", "options", "kinds"],
  report: ["journal", "errors", "text"],
  harness: ["journal", "probe", "report", "codecs", "contracts", "time", "errors", "options", "kinds", "text"],
  codecs: ["contracts", "time", "errors", "options", "kinds"],
  "transports/sns-sqs": ["contracts", "time", "errors", "text", "options", "kinds"],
  "transports/in-process": ["contracts", "time", "errors", "options", "kinds"],
  launch: ["contracts", "time", "errors", "probe", "text", "options", "kinds"],
  simulator: ["contracts", "time", "errors", "text", "options", "kinds"],
  runners: [
    "journal",
    "probe",
    "report",
    "harness",
    "contracts",
    "time",
    "errors",
    "launch",
    "codecs",
    "text",
    "options",
    "kinds",
  ],
  cli: ["simulator", "time", "errors", "text"],
  index: ["harness", "journal", "probe", "report", "contracts", "time", "errors"],
};

/** Rooms that are one file. */
const files = new Set(["errors", "kinds", "options", "index"]);

/** Packages that a room may load, beside Node's own modules. */
const packages: Readonly<Record<string, readonly string[]>> = {
  simulator: ["dynalite"],
  runners: ["vitest"],
};

const timeModules = new Set([
  "node:timers",
  "node:timers/promises",
  "timers",
  "timers/promises",
  "node:perf_hooks",
  "perf_hooks",
]);
const timeFunctions = new Set(["setTimeout", "setInterval", "setImmediate"]);

export function roomOf(path: string): string {
  const [first = "", second = ""] = path.replace(/^src\//, "").split("/");
  if (first === "transports") return `transports/${second}`;
  return first.replace(/(\.test)?\.ts$/, "");
}

/** What a source file of the package does that it must not. `path` begins with "src/". */
export function violations(path: string, text: string): string[] {
  const found: string[] = [];
  const room = roomOf(path);
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const isTest = path.endsWith(".test.ts");

  const checkImport = (specifier: string) => {
    if (specifier.startsWith("node:")) {
      if (!isTest && room !== "time" && timeModules.has(specifier))
        found.push(`${path}: only the room time imports ${specifier}`);
      return;
    }
    if (!specifier.startsWith(".")) {
      const allowed = packages[room] ?? [];
      if (!isTest && !allowed.includes(specifier.split("/")[0] ?? ""))
        found.push(`${path}: the room ${room} may not load the package ${specifier}`);
      return;
    }
    const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
    if (!target.startsWith("src/")) {
      if (!isTest) found.push(`${path}: imports ${target}, outside of src`);
      return;
    }
    const other = roomOf(target);
    if (other === room) return;
    if (!(mayImport[room] ?? []).includes(other) && !isTest)
      found.push(`${path}: the room ${room} may not import ${other}`);
    if (!files.has(other) && !target.endsWith("/index.ts") && !isTest) {
      found.push(`${path}: rooms are entered by their index.ts, not by ${target}`);
    }
  };

  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      checkImport(node.moduleSpecifier.text);
    }
    if (ts.isExportDeclaration(node) && node.exportClause === undefined)
      found.push(`${path}: export * hides what is public`);
    if (ts.isExportAssignment(node)) found.push(`${path}: no default exports`);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal))
      checkImport(node.argument.literal.text);
    if (ts.isCallExpression(node)) {
      const [first] = node.arguments;
      if (
        node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && node.expression.text === "require")
      ) {
        if (first && ts.isStringLiteral(first)) checkImport(first.text);
      }
      const called = node.expression;
      const name = ts.isIdentifier(called)
        ? called.text
        : ts.isPropertyAccessExpression(called)
          ? called.name.text
          : "";
      const owner =
        ts.isPropertyAccessExpression(called) && ts.isIdentifier(called.expression) ? called.expression.text : "";
      if (!isTest && room !== "time") {
        if (timeFunctions.has(name) && (owner === "" || owner === "globalThis"))
          found.push(`${path}: only the room time calls ${name}`);
        if (name === "now" && (owner === "Date" || owner === "performance"))
          found.push(`${path}: only the room time reads ${owner}.now()`);
      }
      if (name === "mock" && owner === "vi" && first && ts.isStringLiteral(first) && first.text.startsWith(".")) {
        found.push(`${path}: no mocks of our own modules`);
      }
    }
    if (
      ts.isNewExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === "Date" &&
      (node.arguments?.length ?? 0) === 0
    ) {
      if (!isTest && room !== "time") found.push(`${path}: only the room time reads new Date()`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
