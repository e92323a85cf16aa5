/** A length of time for people: "0.4 ms", "12 ms", "1.25 s", "1 min 30 s". */
export function formatDuration(length: number): string {
  if (!Number.isFinite(length)) return "without end";
  if (length < 0) return `-${formatDuration(-length)}`;
  if (length < 10) return `${Number(length.toFixed(1))} ms`;
  if (length < 999.5) return `${Math.round(length)} ms`;
  if (length < 59_995) return `${Number((length / 1_000).toFixed(2))} s`;
  const seconds = Math.round(length / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return [hours && `${hours} h`, minutes && `${minutes} min`, rest && `${rest} s`].filter(Boolean).join(" ");
}
