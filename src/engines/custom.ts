import type { V1Container } from '@kubernetes/client-node';
import type { Inputs } from '../inputs/inputs.ts';
import { builderContainerName, type Engine } from './engine.ts';

/** Any image with any command. It reads the stream from stdin, and its exit code decides between success and failure. */
export const custom: Engine = {
  name: 'custom',
  layout: 'plain',

  container({ builder }: Inputs): V1Container {
    return { name: builderContainerName, image: builder.image };
  },

  volumes: () => [],
  reserved: { paths: [], variables: [] },
  scanPushes: () => undefined,
  scanWarnings: () => undefined,
  filterOutput: () => undefined,
  readDigests: () => [],
  relevant: (tail) => tail,
  diagnose: () => undefined,
};
