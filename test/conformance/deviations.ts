/**
 * Where fauxqs is known not to do what a case asks, by the case's title, and how. It is a second opinion, not an oracle:
 * an entry that is no longer true fails the run, so that the list stays honest.
 */
export const fauxqsDeviations: Readonly<Record<string, string>> = {
  "a visibility timeout over 12 hours is refused": "the error's name has the prefix of the query protocol",
};
