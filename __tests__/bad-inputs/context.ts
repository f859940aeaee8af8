import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { ActionRun } from '../../runner/run-action.ts';
import type { Chapter, Stage } from './run.ts';

/** Root can read every file, unless it is started without the capability. */
const asReader =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : [];
const canBeReader = asReader.length === 0 || spawnSync('setpriv', ['--version']).status === 0;

/**
 * Changes the workspace while a large file of it is half packed: nothing takes the stream before the pod runs, and the pod
 * gets no node before the change.
 */
function whilePacked(stage: Stage, change: (large: string) => void): Partial<ActionRun> {
  const { playground, directory, write } = stage;
  const { faults } = playground.cluster;
  // It does not compress, so that it never fits into the buffer.
  write('large.bin', randomBytes(16 * 2 ** 20));
  faults.neverSchedule = true;
  let log = '';
  return {
    inputs: { 'context-buffer': '64Ki' },
    onLog: (text) => {
      log += text;
      if (!faults.neverSchedule || !log.includes('waiting: Unschedulable')) return;
      change(join(directory, 'large.bin'));
      faults.neverSchedule = false;
    },
  };
}

export const contextChapter: Chapter = {
  title: 'The context and the Dockerfile',
  cases: [
    {
      name: 'a Dockerfile that is missing',
      sentence:
        "the context . has no Dockerfile. Set the input 'file' to the path of the Dockerfile.",
      arrange: ({ directory }) => {
        rmSync(join(directory, 'Dockerfile'));
        return {};
      },
    },
    {
      name: 'a Dockerfile that is missing at the path of `file`',
      sentence:
        "the Dockerfile docker/Dockerfile does not exist. Correct the input 'file'; its path is relative to the working directory, not to the context.",
      arrange: () => ({ inputs: { file: 'docker/Dockerfile' } }),
    },
    {
      name: 'a COPY of a file with credentials of the workflow',
      sentence:
        "line 2 of the Dockerfile: COPY kubeconfig: kubeconfig has credentials of the workflow or of git, and is not sent. Do not copy it; 'workflow-credentials' and 'git-credentials' can be set to keep. To turn this check off, set 'check-dockerfile' to false.",
      arrange: ({ playground, directory, write }) => {
        write('Dockerfile', 'FROM scratch\nCOPY kubeconfig /\n');
        write('kubeconfig', playground.cluster.kubeconfig());
        return { env: { KUBECONFIG: join(directory, 'kubeconfig') } };
      },
    },
    {
      name: 'a context that is missing',
      sentence:
        "the context app does not exist. Correct the input 'context', relative to the working directory, and check out the repository in a step before this one.",
      arrange: () => ({ inputs: { context: 'app' } }),
    },
    {
      name: 'a context that is a file',
      sentence:
        "the context name.txt is a file, but not an archive. Set 'context' to a directory, or to a file with the ending .tar, .tar.gz or .tgz.",
      arrange: () => ({ inputs: { context: 'name.txt' } }),
    },
    {
      name: 'a context that is empty',
      sentence: 'the context app is empty. Check out the repository in a step before this one.',
      arrange: ({ directory }) => {
        mkdirSync(join(directory, 'app'));
        return { inputs: { context: 'app' } };
      },
    },
    {
      name: 'COPY of a file that does not exist',
      sentence:
        "line 2 of the Dockerfile: COPY missing.txt: missing.txt is not in the context. Correct the path, which is relative to the context, or create the file in an earlier step. To turn this check off, set 'check-dockerfile' to false.",
      arrange: ({ write }) => {
        write('Dockerfile', 'FROM scratch\nCOPY missing.txt /\n');
        return {};
      },
    },
    {
      name: 'COPY of a path that leads out of the context',
      sentence:
        "line 2 of the Dockerfile: COPY or ADD of a path that leads out of the context: kaniko looks for it outside of the context, while Docker stays inside. Write the path relative to the context, or use a builder that supports it. To turn this check off, set 'check-dockerfile' to false.",
      arrange: ({ write }) => {
        write('Dockerfile', 'FROM scratch\nCOPY ../name.txt /\n');
        return {};
      },
    },
    {
      name: 'ADD with a checksum',
      sentence:
        "line 2 of the Dockerfile: ADD --checksum: kaniko does not verify the download. Download and verify the file in a RUN, or use a builder that supports it. To turn this check off, set 'check-dockerfile' to false.",
      arrange: ({ write }) => {
        write('Dockerfile', 'FROM scratch\nADD --checksum=sha256:0 http://files.example/a /\n');
        return {};
      },
    },
    {
      name: 'a required build secret, and a kaniko without them',
      sentence:
        "line 2 of the Dockerfile: RUN --mount=type=secret,required=true: the kaniko of Google runs the command without the secret. Use a kaniko of the osscontainertools fork, or mount a Secret at /run/secrets with 'pod-template'. To turn this check off, set 'check-dockerfile' to false.",
      arrange: ({ write }) => {
        write('Dockerfile', 'FROM base\nRUN --mount=type=secret,id=token,required=true make\n');
        return { inputs: { 'builder-image': 'gcr.io/kaniko-project/executor:v1.24.0' } };
      },
    },
    {
      name: 'a flag that an instruction does not have',
      sentence:
        'line 2 of the Dockerfile: COPY: unknown flag: "--form". Use --from. To turn this check off, set \'check-dockerfile\' to false.',
      arrange: ({ write }) => {
        write('Dockerfile', 'FROM scratch\nCOPY --form=base /a /\n');
        return {};
      },
    },
    {
      name: 'a target that the Dockerfile does not have',
      sentence:
        "line 1 of the Dockerfile: target stage \"relase\" could not be found. Correct the input 'target'. Use release. To turn this check off, set 'check-dockerfile' to false.",
      arrange: ({ write }) => {
        write('Dockerfile', 'FROM scratch AS release\nCOPY name.txt /\n');
        return { inputs: { target: 'relase' } };
      },
    },
    {
      name: 'a Dockerfile that is a link to a file outside of the workspace',
      sentence:
        'Dockerfile is a link to /etc/passwd, outside of the workspace. Replace the link with the file itself, or use the path that it links to.',
      arrange: ({ directory }) => {
        rmSync(join(directory, 'Dockerfile'));
        symlinkSync('/etc/passwd', join(directory, 'Dockerfile'));
        return {};
      },
    },
    {
      name: 'a file that the runner cannot read',
      sentence:
        "<workspace>/name.txt cannot be read: EACCES: permission denied, open '<workspace>/name.txt'. Make it readable for the runner, or exclude it with .dockerignore.",
      arrange: ({ directory }) => {
        chmodSync(join(directory, 'name.txt'), 0);
        return { launcher: asReader };
      },
      missing: canBeReader ? undefined : 'root can read every file, and setpriv is not installed',
    },
    {
      name: 'a Dockerfile that cannot be read',
      sentence:
        "<workspace>/Dockerfile cannot be read: ELOOP: too many symbolic links encountered, realpath '<workspace>/Dockerfile'. Make it readable for the runner, or name another one.",
      // Not even root can follow it.
      arrange: ({ directory }) => {
        rmSync(join(directory, 'Dockerfile'));
        symlinkSync('Dockerfile', join(directory, 'Dockerfile'));
        return {};
      },
    },
    {
      name: 'a Dockerfile that is a device or a pipe',
      sentence: '/dev/null is neither a file nor a directory. Name a regular file or a directory.',
      arrange: () => ({ inputs: { file: '/dev/null' } }),
    },
    {
      name: 'a file that shrinks while it is packed',
      sentence:
        '<workspace>/large.bin shrank while the context was packed. Nothing may write to the context during the step: end background processes before it, or exclude the file with .dockerignore.',
      arrange: (stage) =>
        whilePacked(stage, (large) => {
          truncateSync(large, 0);
        }),
    },
    {
      name: 'a file that grows while it is packed',
      sentence:
        '<workspace>/large.bin grew while the context was packed. Nothing may write to the context during the step: end background processes before it, or exclude the file with .dockerignore.',
      arrange: (stage) =>
        whilePacked(stage, (large) => {
          appendFileSync(large, 'x');
        }),
    },
    {
      name: 'a file that is removed while the context is packed',
      sentence:
        '<workspace>/zz-last.txt was removed while the context was packed. Nothing may write to the context during the step: end background processes before it, or exclude the file with .dockerignore.',
      arrange: (stage) => {
        stage.write('zz-last.txt', 'foo\n');
        return whilePacked(stage, (large) => {
          rmSync(join(large, '../zz-last.txt'));
        });
      },
    },
    {
      name: 'a broken .dockerignore',
      sentence:
        '.dockerignore, line 2: the pattern "[a-" is malformed: missing closing ]. Correct the pattern in .dockerignore.',
      arrange: ({ write }) => {
        write('.dockerignore', 'node_modules\n[a-\n');
        return {};
      },
    },
  ],
};
