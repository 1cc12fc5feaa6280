/** The cache is cleared at this size, so that a long-running process does not keep all answers. */
const MAX_ANSWERS = 1000;

/** Caches a function of text. The same few texts, such as issuers and operators, occur many times. */
export function remembered<T>(answer: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return text => {
    const cached = known.get(text);
    if (cached !== undefined || known.has(text)) return cached as T;
    if (known.size >= MAX_ANSWERS) known.clear();
    const computed = answer(text);
    known.set(text, computed);
    return computed;
  };
}
