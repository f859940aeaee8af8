import type { V1Pod } from '@kubernetes/client-node';
import type { ContractCase } from '../case.ts';
import { hasEnded, isRunning, isUnschedulable, isWaiting, type Session } from '../session.ts';
import { statusView } from '../view.ts';

interface StateCase extends Omit<ContractCase, 'run'> {
  readonly pod: (session: Session) => V1Pod;
  readonly until?: (pod: V1Pod) => boolean;
}

const states: readonly StateCase[] = [
  { name: 'state: running', pod: (session) => session.waiter(), until: isRunning },
  { name: 'state: exit 0', pod: (session) => session.script('exit 0') },
  { name: 'state: exit 7', pod: (session) => session.script('exit 7') },
  {
    name: 'state: killed by a signal',
    pod: (session) => session.script('sleep 5 & kill -9 $!; wait $!; exit $?'),
  },
  {
    name: 'state: variables in the command',
    pod: (session) =>
      session.script(
        `test '$(CODE) $(NONE) $$(CODE) $' = "$(printf '6 \\044(NONE) \\044(CODE) $')" && exit 6`,
        {
          env: [{ name: 'CODE', value: '6' }],
        },
      ),
  },
  {
    name: 'state: command that does not exist',
    pod: (session) => session.pod({ command: ['not-a-command'] }),
  },
  {
    name: 'state: path that does not exist',
    pod: (session) => session.pod({ command: ['/not/a/command'] }),
  },
  {
    name: 'state: image that does not exist',
    pod: (session) => session.pod({ image: missingImage(session) }),
    until: isWaiting('ErrImagePull'),
  },
  {
    name: 'state: image that does not exist, second try',
    pod: (session) => session.pod({ image: missingImage(session) }),
    until: isWaiting('ImagePullBackOff'),
  },
  {
    name: 'state: image that must not be pulled',
    pod: (session) => session.pod({ image: missingImage(session), imagePullPolicy: 'Never' }),
    until: isWaiting('ErrImageNeverPull'),
  },
  {
    name: 'state: invalid image name',
    pod: (session) => session.pod({ image: 'Upper/Case' }),
    until: isWaiting('InvalidImageName'),
  },
  {
    name: 'state: no node matches',
    pod: (session) => session.pod({}, { nodeSelector: { contract: 'nowhere' } }),
    until: isUnschedulable,
  },
  {
    name: 'state: more memory than any node has',
    pod: (session) => session.pod({ resources: { requests: { memory: '900Ti' } } }),
    until: isUnschedulable,
  },
  {
    name: 'state: secret of a variable is missing',
    pod: (session) =>
      session.pod({
        env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'not-there', key: 'x' } } }],
      }),
    until: isWaiting('CreateContainerConfigError'),
  },
  {
    name: 'state: termination message from its file',
    pod: (session) => session.script('echo why >/dev/termination-log; exit 3'),
  },
  {
    name: 'state: termination message from the log',
    pod: (session) =>
      session.script('echo one; echo two; exit 3', {
        terminationMessagePolicy: 'FallbackToLogsOnError',
      }),
  },
  {
    name: 'state: init container fails',
    pod: (session) =>
      session.pod(
        {},
        {
          initContainers: [
            { name: 'first', image: session.image, command: ['sh', '-c', 'exit 5'] },
          ],
        },
      ),
  },
  {
    name: 'state: init container, then the container',
    pod: (session) =>
      session.pod(
        {},
        {
          initContainers: [{ name: 'first', image: session.image, command: ['true'] }],
        },
      ),
  },
  {
    name: 'state: active deadline',
    pod: (session) => ({
      ...session.waiter(),
      spec: {
        ...(session.waiter().spec ?? { containers: [] }),
        activeDeadlineSeconds: 2,
        terminationGracePeriodSeconds: 1,
      },
    }),
  },
];

export const stateCases: readonly ContractCase[] = states.map(
  ({ pod, until = hasEnded, ...rest }) => ({
    ...rest,
    run: async (session) => ({
      status: statusView(await session.createUntil(pod(session), until)),
    }),
  }),
);

/** In the repository host of the image that exists. */
function missingImage({ image }: Session): string {
  return image.replace(/busybox.*$/, 'not-there:1');
}
