// What kaniko does differently from Docker. The table is data: the check, the documentation and the end-to-end tests share it.

/** A fork of kaniko. */
export type Fork = 'osscontainertools' | 'Chainguard' | 'Google';

export const forks: readonly Fork[] = ['osscontainertools', 'Chainguard', 'Google'];

/** What distinguishes the images of a fork. Under another name an image can be a copy of any of them. */
const imageNames: Readonly<Record<Fork, RegExp>> = {
  osscontainertools: /osscontainertools|martizih/,
  Chainguard: /chainguard/,
  Google: /(?:^|\/)kaniko-project\//,
};

/** The fork that an image reference names; undefined for other names. */
export function forkOf(image: string): Fork | undefined {
  return forks.find((fork) => imageNames[fork].test(image));
}

/** One feature of Dockerfiles, and what the forks do instead of it. */
export interface Gap {
  /** As a user would name it. */
  readonly feature: string;
  /** What a fork does, after "kaniko"; absent where it does what Docker does, and where another gap says it already. */
  readonly effects: Readonly<Partial<Record<Fork, string>>>;
  /** The minor version of kaniko 1 in which a fork has closed the gap. */
  readonly fixedIn?: Readonly<Partial<Record<Fork, number>>>;
  /** `error`: nothing in the build shows that the image is wrong, or that a check or a secret is missing. */
  readonly severity: 'error' | 'warning';
  /** What to change in the Dockerfile, as an imperative without a period. */
  readonly change: string;
}

/** The same effect in the forks of Google and Chainguard, which do not develop kaniko any further. */
function inOthers(effect: string): Gap['effects'] {
  return { Chainguard: effect, Google: effect };
}

function inAll(effect: string): Gap['effects'] {
  return { osscontainertools: effect, ...inOthers(effect) };
}

const withoutMount = 'runs the command without the mount';
const unknownFlag = 'does not know the flag and fails';

/*
 * Chainguard v1.25.16 and Google v1.24.0: e2e/kaniko-gaps.e2e.ts shows each effect on a cluster. osscontainertools v1.28:
 * its source (run.go, copy.go and add.go in pkg/commands, command_util.go in pkg/util, image_util.go in pkg/image; its README
 * for ADD --checksum), and
 * builds with v1.28.3 for heredocs, mounts, --exclude, --parents, --checksum, --unpack, links, `..` and COPY of /. The rows
 * about USER, EXPOSE, SHELL, ENV and the owners of ADD and COPY are from an earlier state of its source, and were not built.
 */
const table = {
  'from-platform-image': {
    feature: "FROM --platform of the image, other than that of 'platforms'",
    effects: inAll('takes the base image for the platform of the build'),
    severity: 'error',
    change: "set 'platforms' to that platform, or remove the flag",
  },
  'from-platform': {
    feature: 'FROM --platform',
    effects: inAll('takes the base image for the platform of the build'),
    severity: 'warning',
    change: "set 'platforms' to that platform, or remove the flag",
  },
  'platform-argument': {
    feature: "ARG of a platform, such as TARGETARCH, without 'platforms'",
    effects: inOthers('leaves the variable empty'),
    severity: 'warning',
    change: "set 'platforms'",
  },
  'platform-default': {
    feature: 'ARG of a platform, such as TARGETARCH, if another stage has a default for it',
    effects: inOthers('leaves the variable empty'),
    severity: 'warning',
    change: 'remove the default',
  },
  'run-heredoc': {
    feature: 'RUN with a heredoc',
    effects: inOthers('runs the command without the heredoc'),
    severity: 'warning',
    change: 'write the commands without a heredoc',
  },
  'copy-heredoc': {
    feature: 'COPY or ADD with a heredoc',
    effects: inOthers('fails, or leaves the file out if there are other sources'),
    severity: 'warning',
    change: 'copy a file of the context',
  },
  'run-secret-required': {
    feature: 'RUN --mount=type=secret,required=true',
    effects: inOthers('runs the command without the secret'),
    severity: 'error',
    change: "mount a Secret at /run/secrets with 'pod-template'",
  },
  'run-secret': {
    feature: 'RUN --mount=type=secret',
    effects: inOthers('runs the command without the secret'),
    severity: 'warning',
    change: "mount a Secret at /run/secrets with 'pod-template'",
  },
  'run-ssh-required': {
    feature: 'RUN --mount=type=ssh,required=true',
    effects: inAll('runs the command without the SSH agent'),
    severity: 'error',
    change: 'remove the mount',
  },
  'run-ssh': {
    feature: 'RUN --mount=type=ssh',
    effects: inAll('runs the command without the SSH agent'),
    severity: 'warning',
    change: 'remove the mount',
  },
  'run-bind': {
    feature: 'RUN --mount=type=bind',
    effects: inOthers(withoutMount),
    severity: 'warning',
    change: 'use COPY',
  },
  'run-bind-from': {
    feature: 'RUN --mount=type=bind,from=…',
    effects: inAll(withoutMount),
    severity: 'warning',
    change: 'use COPY --from',
  },
  'run-relative': {
    feature: 'RUN --mount with a relative target',
    effects: {
      osscontainertools: 'mounts it relative to its own working directory, and not to WORKDIR',
    },
    severity: 'warning',
    change: 'write an absolute target',
  },
  'run-cache': {
    feature: 'RUN --mount=type=cache',
    effects: inOthers(`${withoutMount}, and adds the files of the cache to the image`),
    severity: 'warning',
    change: 'remove the files of the cache in the same RUN',
  },
  'run-tmpfs': {
    feature: 'RUN --mount=type=tmpfs',
    effects: inAll(`${withoutMount}, and adds its files to the image`),
    severity: 'warning',
    change: 'remove the files in the same RUN',
  },
  'run-network': {
    feature: 'RUN --network',
    effects: inAll('runs the command with the network of the pod'),
    severity: 'warning',
    change: 'restrict the network of the pod with a NetworkPolicy',
  },
  'run-security': {
    feature: 'RUN --security=insecure',
    effects: {
      osscontainertools: 'runs the command with the privileges of the pod',
      Chainguard: 'runs the command with the privileges of the pod',
      Google: unknownFlag,
    },
    severity: 'warning',
    change: "remove the flag, and set the privileges with 'pod-template'",
  },
  'run-device': {
    feature: 'RUN --device',
    effects: inAll('runs the command without the device'),
    severity: 'warning',
    change: 'remove the flag',
  },
  'copy-exclude': {
    feature: 'COPY or ADD --exclude',
    effects: {
      osscontainertools: 'copies the excluded files too',
      Chainguard: 'copies the excluded files too',
      Google: unknownFlag,
    },
    severity: 'warning',
    change: 'exclude the files with .dockerignore',
  },
  'copy-parents': {
    feature: 'COPY --parents',
    effects: {
      osscontainertools: 'copies without the parent directories',
      Chainguard: 'copies without the parent directories',
      Google: unknownFlag,
    },
    severity: 'warning',
    change: 'write a COPY for each directory',
  },
  'add-checksum': {
    feature: 'ADD --checksum',
    effects: inAll('does not verify the download'),
    // Where FF_KANIKO_ADD_CHECKSUM becomes the default.
    fixedIn: { osscontainertools: 29 },
    severity: 'error',
    change: 'download and verify the file in a RUN',
  },
  'add-git': {
    feature: 'ADD of a Git repository',
    effects: inAll('does not clone: it saves the page at the URL as a file, or fails'),
    severity: 'error',
    change: 'check the repository out in an earlier step and copy it, or clone it in a RUN',
  },
  'add-unpack': {
    feature: 'ADD --unpack',
    effects: {
      osscontainertools: 'unpacks the archives of the context, and no others, whatever the flag is',
      Chainguard: 'unpacks the archives of the context, and no others, whatever the flag is',
      Google: unknownFlag,
    },
    severity: 'warning',
    change: 'use COPY for an archive that is not to be unpacked, and RUN to unpack a download',
  },
  'copy-link': {
    feature: 'COPY of a symbolic link',
    effects: inAll('copies the link, and not the file or directory that it leads to'),
    severity: 'warning',
    change: 'copy what the link leads to',
  },
  'copy-outside': {
    feature: 'COPY or ADD of a path that leads out of the context',
    effects: inAll('looks for it outside of the context, while Docker stays inside'),
    severity: 'error',
    change: 'write the path relative to the context',
  },
  'copy-several': {
    feature:
      'COPY or ADD of several sources, or of a pattern, to a relative target without / at its end',
    effects: inAll('fails if there is more than one file'),
    severity: 'warning',
    change: 'end the target with /',
  },
  'copy-root': {
    feature: 'COPY --from=STAGE of /',
    effects: inAll('copies /proc too, and fails if a file in it cannot be read'),
    severity: 'warning',
    change: 'copy from the image itself, or only the directories that are needed',
  },
  'copy-chmod': {
    feature: 'COPY or ADD with a symbolic --chmod',
    effects: inOthers('fails, because it accepts octal modes only'),
    severity: 'warning',
    change: 'write an octal mode',
  },
  'copy-bits': {
    feature: 'COPY or ADD with a --chmod of more than 777',
    effects: inOthers('does not set the bits setuid, setgid and sticky'),
    severity: 'warning',
    change: 'set them with chmod in a RUN',
  },
  'copy-group': {
    feature: 'COPY or ADD with a --chown without a user',
    effects: inAll('fails'),
    severity: 'warning',
    change: 'write the user and the group',
  },
  'copy-nothing': {
    feature: 'COPY or ADD of a pattern that matches nothing, ahead of any RUN',
    effects: inAll('adds files of the builder image to the image'),
    severity: 'warning',
    change: 'copy a file that exists with the same instruction',
  },
  'add-owner': {
    feature: 'ADD --chown of an archive',
    effects: inAll('does not change the owners of the files in the archive'),
    severity: 'warning',
    change: 'change them with chown in a RUN',
  },
  'user-variable': {
    feature: 'USER of a variable with a colon',
    effects: inAll('fails, because it takes what follows the colon for the group'),
    severity: 'warning',
    change: 'set the default value with ARG',
  },
  'run-group': {
    feature: 'RUN after a USER with a group',
    effects: inOthers('runs the command with the primary group of the user'),
    severity: 'warning',
    change: 'make that group the primary group of the user',
  },
  'workdir-user': {
    feature: 'WORKDIR after USER in a stage without RUN, COPY and ADD',
    effects: inOthers('fails, because it cannot find the user: it does not unpack the base image'),
    severity: 'warning',
    change: 'write WORKDIR ahead of USER, or the number of the user',
  },
  'workdir-parents': {
    feature: 'WORKDIR after USER',
    effects: inOthers('creates missing directories above it for root, and not for the user'),
    severity: 'warning',
    change: 'write a WORKDIR for each directory',
  },
  'expose-variable': {
    feature: 'EXPOSE of a variable that the Dockerfile does not set',
    effects: inAll('adds a port without a number, if the base image does not set it either'),
    severity: 'warning',
    change: 'set the variable with ENV or ARG',
  },
  'expose-range': {
    feature: 'EXPOSE of a range',
    effects: inAll('adds one port that has the range as its number'),
    severity: 'warning',
    change: 'write each port',
  },
  'shell-words': {
    feature: 'SHELL of three words, and CMD or RUN in shell form after such an ENTRYPOINT',
    effects: inAll('replaces the command of ENTRYPOINT with the later one'),
    severity: 'warning',
    change: 'write ENTRYPOINT as a JSON array',
  },
  'arg-env': {
    feature: 'ARG after an ENV of the same name',
    effects: inOthers('uses the value of ENV'),
    severity: 'warning',
    change: 'give the ARG another name',
  },
  'env-escape': {
    feature: 'ENV with a backslash or a backtick, if the directive escape names the backtick',
    effects: inAll(
      'takes the backslash for the escape character, and so sets another value or fails',
    ),
    severity: 'warning',
    change: 'remove the directive',
  },
} as const satisfies Readonly<Record<string, Gap>>;

export type GapName = keyof typeof table;

export const gaps: Readonly<Record<GapName, Gap>> = table;
