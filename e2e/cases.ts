// Suites and cases of node:test whose promises the runner itself awaits.
import { describe, test } from 'node:test';

export function suite(name: string, define: () => void): void {
  void describe(name, define);
}

/** @param missing what this environment lacks for the case; undefined runs it. */
export function testCase(name: string, run: () => Promise<void>, missing?: string): void {
  void test(name, { skip: missing ?? false }, run);
}

/** The reason to leave a case out if the variable was not set. */
export function needs(variable: string, value: unknown): string | undefined {
  return value === undefined ? `${variable} is not set` : undefined;
}
