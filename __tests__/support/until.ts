/**
 * Turns the event loop until it is so. How many turns that takes is up to threads and to the machine, so nothing is counted: if it
 * never is, the time limit of the test ends it.
 */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
