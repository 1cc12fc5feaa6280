/**
 * A truth value: true, false, or a text that explains why it is unknown before the deployment.
 */
export type Truth = boolean | string;

/** Whether all items pass. One failing item decides, regardless of unknown items. */
export function every<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  let all: Truth = true;
  for (let at = 0; at < items.length; at++) {
    const one = test(items[at]);
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
