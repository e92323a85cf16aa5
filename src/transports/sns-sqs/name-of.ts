/** The name of a topic or queue: the last part of its ARN or URL. */
export function nameOf(address: string): string {
  return address.slice(Math.max(address.lastIndexOf("/"), address.lastIndexOf(":")) + 1);
}
