/** Kinds of bytes in a head, as bits. */
export const inName = 1;
export const inValue = 2;
export const inAddress = 4;
/** What each byte can be a part of: nothing that two readers could understand differently, and only ASCII. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return (
    (/[\w!#$%&'*+.^`|~-]/.test(character) ? inName : 0) |
    (/[\t -~]/.test(character) ? inValue : 0) |
    (/[!-~]/.test(character) ? inAddress : 0)
  );
});

/** Where the first byte stands that is none of a kind, at most `end`. */
export function passOver(bytes: Buffer, from: number, end: number, kind: number): number {
  let at = from;
  while (at < end && ((kinds[bytes[at] as number] as number) & kind) !== 0) at++;
  return at;
}

/** The space around a value is no part of it: from where it begins after a colon, */
export function valueBegin(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
}

/** and to where it ends, at most at the end of its line; if it is empty, at the colon. */
export function valueEnd(bytes: Buffer, lineEnd: number): number {
  let at = lineEnd;
  while (isSpace(bytes[at - 1])) at--;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

export function standsAt(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text[index]) return false;
  return true;
}

/** Names of headers, in small letters, that are found among many others without being cut out. */
export class HeaderNames {
  readonly #names: readonly Buffer[];
  /** By length and first letter the place of a name in the list, from 1 up, which nearly all other headers have not. */
  readonly #places = new Uint8Array(1_024);

  constructor(names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name));
    for (const [index, name] of this.#names.entries()) {
      const slot = slotOf(name.length, name[0] as number);
      if (this.#places[slot] !== 0) throw new Error(`Two names cannot be told apart by a look: ${String(name)}`);
      this.#places[slot] = index + 1;
    }
  }

  /** The place in the list of the header whose name stands there, in letters of any size; -1 of any other. */
  at(bytes: Buffer, begin: number, end: number): number {
    const place = (this.#places[slotOf(end - begin, bytes[begin] as number)] as number) - 1;
    if (place < 0) return -1;
    const name = this.#names[place] as Buffer;
    if (name.length !== end - begin) return -1;
    // among the characters of names this is the same letter in the other size, and nothing else
    for (let index = 0; index < name.length; index++)
      if (((bytes[begin + index] as number) | 0x20) !== name[index]) return -1;
    return place;
  }
}

function slotOf(length: number, first: number): number {
  return ((length & 31) << 5) | (first & 31);
}
