/**
 * A truth value: true, false, or a text that explains why it is unknown before the deployment.
 */
export type Truth = boolean | string;

/** Whether all items pass. One failing item decides, regardless of unknown items. */
export function every<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  let all: Truth = true;
  for (const item of items) {
    const one = test(item);
    if (one === false) return false;
    if (all === true) all = one;
  }
  return all;
}

/** Whether any item passes. One passing item decides, regardless of unknown items. */
export function some<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  return not(every(items, item => not(test(item))));
}

export function not(truth: Truth): Truth {
  return typeof truth === 'string' ? truth : !truth;
}
