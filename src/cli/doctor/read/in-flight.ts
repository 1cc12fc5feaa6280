const IN_FLIGHT = 8;

/** Runs tasks with limited concurrency. Returns the results in the order of the tasks. */
export async function eachInFlight<T>(tasks: readonly (() => Promise<T>)[], inFlight = IN_FLIGHT): Promise<T[]> {
  const results: T[] = new Array(tasks.length);
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const index = next++;
      results[index] = await tasks[index]();
    }
  };
  await Promise.all(tasks.slice(0, inFlight).map(worker));
  return results;
}
