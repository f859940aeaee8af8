import type { PodOrder } from '../../src/pod/spec/spec.ts';

/** A pod with a container that has only a name and an image. */
export const order: PodOrder = {
  ref: { namespace: 'builds', name: 'kbp-x' },
  run: { repository: 'acme/app', runId: '42', runAttempt: '2' },
  nonce: 'n0nce',
  keepPod: 'never',
  lifetimeSeconds: 3_720,
  activeDeadlineSeconds: 3_660,
  platform: undefined,
  container: { name: 'builder', image: 'busybox' },
  volumes: [],
};
