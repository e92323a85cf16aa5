/**
 * How long after a condition became true does each tool notice, and how often does it look? Runs inside Vitest because two
 * of the peers exist only there. All tools meet the same delays in one run, in turns, so that a slow moment of the machine
 * hits them alike.
 */
import pWaitFor from "p-wait-for";
import { expect, test, vi } from "vitest";
import { probeUntil } from "wakeful";
import { writeResult, type Figure } from "./support/results.ts";
import { summarize, uniform } from "./support/statistics.ts";

type Look = () => boolean | Promise<boolean>;
type Wait = (look: Look) => Promise<unknown>;

const patience = 20_000;
const sleep = (length: number) => new Promise((resolve) => setTimeout(resolve, length));
const mustBe = async (look: Look) => {
  if (!(await look())) throw new Error("not yet");
};

const tools: Readonly<Record<string, Wait>> = {
  probeUntil: (look) => probeUntil(() => mustBe(look), { within: patience }),
  "vi.waitFor": (look) => vi.waitFor(() => mustBe(look), { timeout: patience }),
  "expect.poll": (look) => expect.poll(look, { timeout: patience }).toBe(true),
  "p-wait-for": (look) => pWaitFor(look),
  "100 ms poll": async (look) => {
    while (!(await look())) await sleep(100);
  },
};

interface Trial {
  readonly overhead: number;
  readonly looks: number;
}

async function trial(wait: Wait, delay: number, probeTakes: number): Promise<Trial> {
  let since: number | undefined;
  let looks = 0;
  setTimeout(() => {
    since = performance.now();
  }, delay);
  const look: Look =
    probeTakes === 0
      ? () => (looks++, since !== undefined)
      : async () => {
          looks++;
          // what the system says is what it was when it was asked
          const answer = since !== undefined;
          await sleep(probeTakes);
          return answer;
        };
  await wait(look);
  return { overhead: performance.now() - (since ?? Number.NaN), looks };
}

const ranges = [
  { name: "U(20,200)", low: 20, high: 200, trials: 100, together: 1 },
  { name: "U(1000,3000)", low: 1_000, high: 3_000, trials: 100, together: 10 },
] as const;
const probes = [
  { name: "instant probe", takes: 0 },
  { name: "5 ms probe", takes: 5 },
] as const;

test("detection overhead, side by side", { timeout: 1_800_000 }, async () => {
  const figures: Figure[] = [];
  const rows: Record<string, unknown>[] = [];
  for (const range of ranges) {
    for (const probe of probes) {
      const delays = uniform(20_261_121, range.low, range.high, range.trials);
      const trials = new Map<string, Trial[]>(Object.keys(tools).map((name) => [name, []]));
      for (let from = 0; from < delays.length; from += range.together) {
        const batch = delays.slice(from, from + range.together);
        for (const [name, wait] of Object.entries(tools)) {
          const done = await Promise.all(batch.map((delay) => trial(wait, delay, probe.takes)));
          trials.get(name)?.push(...done);
        }
      }
      const medians = new Map<string, number>();
      for (const [name, done] of trials) {
        const overhead = summarize(done.map((each) => each.overhead));
        const looks = summarize(done.map((each) => each.looks));
        medians.set(name, overhead.median);
        rows.push({
          range: range.name,
          probe: probe.name,
          tool: name,
          trials: overhead.count,
          median: overhead.median,
          p95: overhead.p95,
          looks: looks.median,
        });
        const label = `${name}, ${range.name}, ${probe.name}`;
        const ours = name === "probeUntil" && probe.takes === 0 && range.low === 20;
        figures.push(
          { name: `${label}: overhead, median`, value: overhead.median, unit: "ms", ...(ours && { atMost: 5 }) },
          { name: `${label}: overhead, p95`, value: overhead.p95, unit: "ms" },
          { name: `${label}: looks, median`, value: looks.median, unit: "looks", ...(ours && { atMost: 80 }) },
        );
      }
      const ratio = (medians.get("vi.waitFor") ?? Number.NaN) / (medians.get("probeUntil") ?? Number.NaN);
      figures.push({
        name: `vi.waitFor / probeUntil, ${range.name}, ${probe.name}: ratio of medians`,
        value: ratio,
        unit: "times",
        ...(probe.takes === 0 && { atLeast: range.low === 20 ? 4 : 1 }),
      });
    }
  }
  console.table(
    rows.map((row) => ({
      ...row,
      median: Number((row["median"] as number).toFixed(2)),
      p95: Number((row["p95"] as number).toFixed(2)),
    })),
  );
  writeResult({ benchmark: "detection", figures, details: rows });
});
