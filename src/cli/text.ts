const LONGEST_SHOWN = 200;

/** Control characters, invisible ones, those that turn the direction of a line, halves of surrogate pairs; and the line ends of JavaScript. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text that cannot leave its line, nor show as something else than it is. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, character => {
    const code = character.codePointAt(0)!;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** A text in quotes, for a message. */
export function quoted(text: string): string {
  const shown = printable(JSON.stringify(text));
  return shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}… (${text.length} characters)` : shown;
}
