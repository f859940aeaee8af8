export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  // A limit for tests that hang. No test measures time, and some are ten times slower on a busy machine.
  testTimeout: 60_000,
  collectCoverageFrom: ['src/**/*.ts'],
};
