import base from './jest.config.mjs';

// Everything that starts no look-alike cluster: seconds instead of half a minute.
export default {
  ...base,
  // All cores: the default leaves one out, which is half of a small machine.
  maxWorkers: '100%',
  testPathIgnorePatterns: [
    '/node_modules/',
    '/__tests__/(faults|load|playground|contract|bad-inputs)/',
  ],
};
