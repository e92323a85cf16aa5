import type { ConformanceCase, ConformanceGroup } from "./conformance-case.ts";
import { fauxqsDeviations } from "./deviations.ts";
import { refusedActions, withoutEffect } from "./out-of-scope.ts";

const longestRealPass = 2_000;

/** Whether a case is run where time cannot be moved. */
export function isTriedOn({ passes = 0 }: ConformanceCase): boolean {
  return passes <= longestRealPass;
}

/** The table in docs/conformance.md. What it says of each endpoint is what the tests have shown, or they are red. */
export function conformanceTable(groups: readonly ConformanceGroup[]): string {
  const all = groups.flatMap(({ cases }) => cases);
  const inferred = all.filter(({ source }) => source === "inferred").length;
  const deviating = all.filter(({ title }) => title in fauxqsDeviations).length;
  const lines = [
    "# Conformance of the simulator",
    "",
    "<!-- Written by `npm run conformance`. -->",
    "",
    `${all.length} cases, run over HTTP by the unmodified AWS SDK, or by raw requests where no SDK would send them. The`,
    `simulator passes all. ${all.length - inferred} rest on a sentence of AWS's documentation (a few words of it are quoted, with its page);`,
    `${inferred} are *inferred* from what AWS was seen to do. fauxqs is a second opinion, not an oracle: it deviates in ${deviating}.`,
    "The texts of errors follow what public logs of AWS show; a case rests on them only where it says so.",
    "Run them against any other endpoint: `WAKEFUL_CONFORMANCE_ENDPOINT=http://… npx vitest run test/conformance`.",
  ];
  for (const { subject, cases } of groups) {
    lines.push("", `## ${subject}`, "", "| Case | Rests on | fauxqs |", "| --- | --- | --- |");
    for (const each of cases) {
      const source = each.source === "inferred" ? "*inferred*" : `“${each.source.quote}” (${each.source.page})`;
      const opinion = fauxqsDeviations[each.title] ?? (isTriedOn(each) ? "agrees" : "not tried: it cannot move time");
      lines.push(`| ${[each.title, source, opinion].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
    }
  }
  lines.push(
    "",
    "## Taken, kept and without effect",
    "",
    "A call with these succeeds, and is read back; nothing is done about it.",
    "",
  );
  for (const { where, attribute, missing } of withoutEffect) lines.push(`- ${where}: \`${attribute}\`. ${missing}`);
  lines.push(
    "",
    "## Not there",
    "",
    "These are refused by an error that says so; of SNS all that has to do with phones, applications and archives, of",
    "DynamoDB PartiQL, expiry (TTL), streams and backups. Its transactions are there.",
    "",
  );
  for (const { service, actions } of refusedActions) lines.push(`- ${service}: ${actions.join(", ")}`);
  return `${lines.join("\n")}\n`;
}
