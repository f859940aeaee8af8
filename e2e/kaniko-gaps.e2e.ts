// Each fork of kaniko does what the table of gaps says that it does (src/dockerfile/check/kanikos.ts).
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { splitLog, visibleLog } from '../runner/job-log.ts';
import { forkOf, gaps, type Fork, type GapName } from '../src/dockerfile/check/kanikos.ts';
import { defaultImages } from '../src/inputs/images.ts';
import { cluster, kaniko, runBuild, withFiles } from './build.ts';
import { suite, testCase } from './cases.ts';
import { readManifest } from './registry.ts';

/** How a build shows a gap: by this line in its output, by an error of the builder, or by a line in the log of a build. */
type Sign = 'seen' | RegExp | { readonly logged: RegExp };

interface Probe {
  /** The instructions after FROM. */
  readonly lines: readonly string[];
  readonly sign: Sign;
  /** The input `platforms`. */
  readonly platforms?: string;
}

const base = `FROM ${cluster.baseImage}`;
/** Any URL that answers without credentials. */
const url = `http://${cluster.registry}/v2/`;
const unknownFlag = /unknown flag/;

/** The comparison with BuildKit shows the others, in the configuration of an image (e2e/images). */
type ProbedGap = Exclude<GapName, 'shell-words' | 'env-escape'>;

const probes: Readonly<Record<ProbedGap, Probe>> = {
  'from-platform': withPlatform('linux/s390x'),
  'from-platform-image': { ...withPlatform('linux/s390x'), platforms: 'linux/amd64' },
  'platform-argument': {
    lines: ['ARG TARGETARCH', 'RUN [ -z "$TARGETARCH" ] && echo seen'],
    sign: 'seen',
  },
  'platform-default': {
    lines: ['ARG TARGETARCH=x', base, 'ARG TARGETARCH', 'RUN [ -z "$TARGETARCH" ] && echo seen'],
    sign: 'seen',
    platforms: 'linux/amd64',
  },
  'run-heredoc': {
    lines: ['RUN <<EOF', 'touch /ran', 'EOF', 'RUN test -e /ran || echo seen'],
    sign: 'seen',
  },
  'copy-heredoc': {
    lines: ['COPY <<EOF k.txt /x/', 'text', 'EOF', 'RUN test -e /x/EOF || echo seen'],
    sign: 'seen',
  },
  'run-secret-required': ignored('--mount=type=secret,id=token,required=true'),
  // Without a secret, Docker runs the command too: what shows the gap is the same.
  'run-secret': ignored('--mount=type=secret,id=token,required=true'),
  'run-ssh-required': ignored('--mount=type=ssh,required=true'),
  'run-ssh': ignored('--mount=type=ssh,required=true'),
  'run-bind': {
    lines: ['RUN --mount=type=bind,source=k.txt,target=/m/k.txt test -e /m/k.txt || echo seen'],
    sign: 'seen',
  },
  'run-bind-from': {
    lines: [
      'RUN touch /hi',
      base,
      'RUN --mount=type=bind,from=0,source=/hi,target=/m/hi test -e /m/hi || echo seen',
    ],
    sign: 'seen',
  },
  'run-relative': {
    lines: ['WORKDIR /w', 'RUN --mount=target=. test -e k.txt || echo seen'],
    sign: 'seen',
  },
  'run-cache': kept('--mount=type=cache,target=/m'),
  'run-tmpfs': kept('--mount=type=tmpfs,target=/m'),
  'run-network': {
    lines: ['RUN --network=none grep -q eth0 /proc/net/dev && echo seen'],
    sign: 'seen',
  },
  'run-security': {
    // The first process is kaniko.
    lines: [
      'RUN --security=insecure [ "$(grep CapEff /proc/self/status)" = "$(grep CapEff /proc/1/status)" ] && echo seen',
    ],
    sign: 'seen',
  },
  'run-device': ignored('--device=vendor.example/none=1,required'),
  'copy-exclude': {
    lines: ['COPY --exclude=k.txt . /x/', 'RUN test -e /x/k.txt && echo seen'],
    sign: 'seen',
  },
  'copy-parents': {
    lines: ['COPY --parents a/b.txt /x/', 'RUN test -e /x/b.txt && echo seen'],
    sign: 'seen',
  },
  'add-checksum': {
    lines: [`ADD --checksum=sha256:${'0'.repeat(64)} ${url} /f`, 'RUN test -e /f && echo seen'],
    sign: 'seen',
  },
  'add-git': {
    lines: [`ADD ${url}repository.git#main /f`],
    sign: /downloading remote source file/,
  },
  'add-unpack': {
    lines: ['ADD --unpack=false a.tar /x/', 'RUN test -e /x/member && echo seen'],
    sign: 'seen',
  },
  'copy-link': { lines: ['COPY link /l', 'RUN test -L /l && echo seen'], sign: 'seen' },
  'copy-outside': {
    lines: ['COPY ../meta /x', 'RUN test -e /x/Dockerfile && echo seen'],
    sign: 'seen',
  },
  'copy-several': {
    lines: ['WORKDIR /w', 'RUN mkdir t', 'COPY k.txt a.tar t'],
    sign: /destination must be a directory/,
  },
  'copy-root': { lines: [base, 'COPY --from=0 / /x/'], sign: /could not save file/ },
  'copy-chmod': { lines: ['COPY --chmod=u=rwX k.txt /x/'], sign: /parsing value from chmod/ },
  'copy-bits': {
    lines: ['COPY --chmod=4755 k.txt /k', 'RUN test -u /k || echo seen'],
    sign: 'seen',
  },
  'copy-group': { lines: ['COPY --chown=:7 k.txt /k'], sign: /getting user group from chown/ },
  'copy-nothing': {
    lines: ['COPY nothere* /x/', 'COPY k.txt /k'],
    sign: { logged: /Taking snapshot of full filesystem/ },
  },
  'add-owner': {
    lines: ['ADD --chown=7:7 a.tar /x/', 'RUN [ "$(stat -c %u /x/member)" = 7 ] || echo seen'],
    sign: 'seen',
  },
  'user-variable': { lines: ['USER ${NONE:-root}'], sign: /resolving user/ },
  'run-group': { lines: ['USER 7:8', 'RUN [ "$(id -g)" = 8 ] || echo seen'], sign: 'seen' },
  'workdir-user': {
    lines: ['USER www-data', 'WORKDIR /new'],
    sign: /identifying uid and gid for user/,
  },
  'workdir-parents': {
    lines: [
      'USER 7:7',
      'WORKDIR /new/directory',
      'USER root',
      'RUN [ "$(stat -c %u /new)" = 7 ] || echo seen',
    ],
    sign: 'seen',
  },
  'expose-variable': {
    lines: ['EXPOSE $NONE'],
    sign: { logged: /Adding exposed port: \/tcp/ },
  },
  'expose-range': {
    lines: ['EXPOSE 8000-8002'],
    sign: { logged: /Adding exposed port: 8000-8002\/tcp/ },
  },
  'arg-env': {
    lines: ['ENV A=env', 'ARG A=arg', 'RUN [ "$A" = env ] && echo seen'],
    sign: 'seen',
  },
};

/** The command runs in an image of the platform of the node. */
function withPlatform(platform: string): Probe {
  return {
    lines: [base.replace('FROM', `FROM --platform=${platform}`), 'RUN echo seen'],
    sign: 'seen',
  };
}

/** The command runs although Docker would refuse it. */
function ignored(flag: string): Probe {
  return { lines: [`RUN ${flag} echo seen`], sign: 'seen' };
}

/** A file below /m becomes part of the image. */
function kept(flag: string): Probe {
  return {
    lines: [`RUN ${flag} mkdir -p /m && touch /m/f`, 'RUN test -e /m/f && echo seen'],
    sign: 'seen',
  };
}

/** The builder of the suite. Under a name of its own it is that of Chainguard, as in the test cluster. */
const suiteImage = cluster.builderImage ?? defaultImages.kaniko;
const suiteFork: Fork = forkOf(suiteImage) ?? 'Chainguard';
const googleImage = 'kaniko/executor-google:v1';
const hasGoogle =
  (await readManifest({ host: cluster.registry }, 'kaniko/executor-google', 'v1')) !== undefined;

const builders: readonly { fork: Fork; image: string; missing?: string }[] = [
  { fork: suiteFork, image: suiteImage },
  {
    fork: 'Google',
    image: `${cluster.registry}/${googleImage}`,
    ...(!hasGoogle && { missing: `${googleImage} is not in the registry` }),
  },
];

/** Builds at the same time. */
const atOnce = 4;

suite('the gaps of kaniko', () => {
  for (const { fork, image, missing } of builders) {
    testCase(
      `are those of the table: ${fork}`,
      async () => {
        const queue = (Object.keys(probes) as ProbedGap[])
          .filter((name) => fork in gaps[name].effects)
          .values();
        const work = async (): Promise<void> => {
          for (const name of queue) await check(name, fork, image);
        };
        await Promise.all(Array.from({ length: atOnce }, work));
      },
      missing,
    );
  }
});

async function check(name: ProbedGap, fork: Fork, image: string): Promise<void> {
  const { lines, sign, platforms = '' } = probes[name];
  const expected =
    gaps[name].effects[fork]?.includes('does not know the flag') === true ? unknownFlag : sign;
  const archive = pack();
  archive.entry({ name: 'member' }, 'text');
  archive.finalize();
  const files = {
    Dockerfile: [base, ...lines, ''].join('\n'),
    'k.txt': 'k',
    'a/b.txt': 'b',
    'a.tar': await buffer(archive),
  };
  const { main, log } = await withFiles(files, async (directory) => {
    symlinkSync('k.txt', join(directory, 'link'));
    const inputs = kaniko({
      'builder-image': image,
      push: 'false',
      'check-dockerfile': 'false',
      platforms,
    });
    return runBuild(inputs, { directory });
  });
  const { mirrored } = splitLog(log);
  const title = `${name}\n${visibleLog(log)}`;
  if (expected === 'seen') {
    assert.equal(main, 0, title);
    assert.ok(mirrored.includes('seen'), title);
  } else if ('logged' in expected) {
    assert.equal(main, 0, title);
    assert.match(mirrored.join('\n'), expected.logged, title);
  } else {
    assert.equal(main, 1, title);
    assert.match(mirrored.join('\n'), expected, title);
  }
}
