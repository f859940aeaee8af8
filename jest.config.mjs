export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  // Tests wait for events. The limit only ends a test that hangs, also on a busy machine.
  testTimeout: 60_000,
  modulePathIgnorePatterns: ['<rootDir>/build/'],
  collectCoverageFrom: ['src/**/*.ts'],
};
