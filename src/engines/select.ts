import type { Inputs } from '../inputs/inputs.ts';
import { custom } from './custom.ts';
import type { Engine } from './engine.ts';
import { kaniko } from './kaniko/kaniko.ts';

const engines: Readonly<Record<Inputs['builder']['engine'], Engine>> = { kaniko, custom };

/** The engine that the inputs name. */
export function selectEngine({ builder }: Inputs): Engine {
  return engines[builder.engine];
}
