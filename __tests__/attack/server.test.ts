import { testAttacks } from '../support/attacks.ts';

testAttacks(({ name }) => name.startsWith('server / '));
