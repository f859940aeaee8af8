import type { ContractCase } from './case.ts';
import { attachCases } from './cases/attach.ts';
import { createCases } from './cases/create.ts';
import { deleteCases } from './cases/delete.ts';
import { logCases } from './cases/log.ts';
import { readCases } from './cases/read.ts';
import { serverCases } from './cases/server.ts';
import { stateCases } from './cases/state.ts';
import { watchCases } from './cases/watch.ts';

/** In the order of the table. */
export const cases: readonly ContractCase[] = [
  ...serverCases,
  ...createCases,
  ...readCases,
  ...deleteCases,
  ...watchCases,
  ...stateCases,
  ...logCases,
  ...attachCases,
];
