/**
 * A stand-in `⟨Stack/LogicalId.Attribute⟩` replaces a text that is only known at deployment. Equal texts have equal
 * stand-ins. IAM values cannot contain the brackets, so that no other text looks like a stand-in.
 */

/** A stand-in with this description. It never terminates a JSON string that contains it. */
export function standIn(description: string): string {
  return `⟨${description.replace(/[⟨⟩"\\\p{Cc}]/gu, '')}⟩`;
}

/** Whether all or part of the text is only known at deployment. */
export function hasStandIn(text: string): boolean {
  return text.includes('⟨');
}

/** Whether a value is exactly one stand-in. */
export function isStandIn(value: unknown): boolean {
  return typeof value === 'string' && /^⟨[^⟨⟩]*⟩$/.test(value);
}

/** Removes the brackets for display if the whole text is one stand-in. */
export function withoutBrackets(text: string): string {
  return isStandIn(text) ? text.slice(1, -1) : text;
}

/** The stand-ins in a text. */
export function standInsOf(text: string): string[] {
  return text.match(/⟨[^⟨⟩]*⟩/g) ?? [];
}

/** Replaces each stand-in with a letter. */
export function withoutStandIns(text: string): string {
  return text.replace(/⟨[^⟨⟩]*⟩/g, 'x');
}
