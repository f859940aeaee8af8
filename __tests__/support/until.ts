/**
 * Runs the event loop until the condition is true. How many turns that takes depends on threads and on the machine, so nothing is
 * counted: a condition that never becomes true ends with the time limit of the test.
 */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
