import base from './jest.config.mjs';
import { playgroundTests } from './jest.unit.config.mjs';

// The tests that npm run unit does not run. npm test runs both.
export default {
  ...base,
  testMatch: undefined,
  testRegex: `${playgroundTests}.*\\.test\\.ts$`,
};
