import base from './jest.config.mjs';

/** Folders of tests that start the playground, or compare a document that its tests write. */
export const playgroundTests = '/__tests__/(attack|faults|load|playground|contract|bad-inputs)/';

// The tests that do not start the playground: seconds instead of half a minute.
export default {
  ...base,
  // All cores: the default uses one core less, which halves the speed on two cores.
  maxWorkers: '100%',
  testPathIgnorePatterns: ['/node_modules/', playgroundTests],
};
