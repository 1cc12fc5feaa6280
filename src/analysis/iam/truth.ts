/**
 * Three values: true, false, or a text that says why nobody can know before the deployment.
 */
export type Truth = boolean | string;

/** Whether all of them are: one that is not settles it, whatever is unknown. */
export function every<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  let all: Truth = true;
  for (let at = 0; at < items.length; at++) {
    const one = test(items[at]);
    if (one === false) return false;
    if (all === true) all = one;
  }
  return all;
}

/** Whether one of them is: one that is settles it, whatever is unknown. */
export function some<T>(items: readonly T[], test: (item: T) => Truth): Truth {
  return not(every(items, item => not(test(item))));
}

export function not(truth: Truth): Truth {
  return typeof truth === 'string' ? truth : !truth;
}
