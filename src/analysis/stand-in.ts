/**
 * A text in the place of one that only the deployment knows: `⟨Stack/LogicalId.Attribute⟩`. Equal for what is equal.
 * The brackets are characters that no value of IAM can hold, so that nothing passes for a stand-in that is none.
 */

/** A stand-in with this description. It never ends the JSON string that it may come to stand in. */
export function standIn(description: string): string {
  return `⟨${description.replace(/[⟨⟩"\\\p{Cc}]/gu, '')}⟩`;
}

/** Whether a part of the text, or all of it, is known to the deployment alone. */
export function hasStandIn(text: string): boolean {
  return text.includes('⟨');
}

/** Whether a value is one stand-in as a whole. */
export function isStandIn(value: unknown): boolean {
  return typeof value === 'string' && /^⟨[^⟨⟩]*⟩$/.test(value);
}

/** For people: what a stand-in says, where the whole text is one. */
export function withoutBrackets(text: string): string {
  return isStandIn(text) ? text.slice(1, -1) : text;
}

/** The stand-ins in a text. */
export function standInsOf(text: string): string[] {
  return text.match(/⟨[^⟨⟩]*⟩/g) ?? [];
}

/** With a letter for each stand-in. */
export function withoutStandIns(text: string): string {
  return text.replace(/⟨[^⟨⟩]*⟩/g, 'x');
}
