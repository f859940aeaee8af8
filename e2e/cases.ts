// Suites and cases of node:test. Its runner awaits their promises.
import { describe, test } from 'node:test';

/** @param concurrency number of cases that run at the same time. */
export function suite(name: string, define: () => void, concurrency = 1): void {
  void describe(name, { concurrency }, define);
}

/** @param missing reason to skip the case in this environment; undefined runs it. */
export function testCase(name: string, run: () => Promise<void>, missing?: string): void {
  void test(name, { skip: missing ?? false }, run);
}

/** The reason to skip a case if the variable is not set; else undefined. */
export function needs(variable: string, value: unknown): string | undefined {
  return value === undefined ? `${variable} is not set` : undefined;
}
