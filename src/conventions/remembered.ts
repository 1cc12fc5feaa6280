/** Remembered answers; beyond that, they start anew, so that no long-running process keeps them all. */
const MAX_ANSWERS = 1000;

/** A function that looks at each text once: few texts, such as issuers and operators, come again and again. */
export function remembered<T>(answer: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return text => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as T;
    if (known.size >= MAX_ANSWERS) known.clear();
    const made = answer(text);
    known.set(text, made);
    return made;
  };
}
