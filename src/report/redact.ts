const secret = /pass(word|phrase|wd)|secret|token|api[-_]?key|authorization|cookie|credential|private[-_]?key/i;

/** Whether a field's name says that its value must not be shown. */
export function isSecret(name: string): boolean {
  return secret.test(name);
}

/** What stands in place of a secret. */
export const redacted = "[redacted]";
