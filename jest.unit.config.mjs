import base from './jest.config.mjs';

// Everything that starts no look-alike cluster: seconds instead of half a minute.
export default {
  ...base,
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/(faults|playground|contract|bad-inputs)/'],
};
