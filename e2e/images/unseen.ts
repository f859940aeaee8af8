// Differences between images of kaniko and Docker that no Dockerfile shows with certainty, so that the step cannot report
// them. The comparison of images and docs/reference.md share these sentences.

const table = {
  'copy-times': 'COPY of files of the context does not keep their modification times.',
  'copy-hard-links': 'COPY makes separate files of hard links.',
  'copy-existing':
    'COPY of a directory gives an existing target directory the mode and the owner of the source.',
  'copy-owner-parents':
    'COPY of a directory with --chown creates missing directories above its target for root, and not for that user.',
  'copy-mode-parents': '--chmod does not set the mode of the directories that COPY creates.',
  'copy-missing-user':
    'A user in --chown that does not exist makes the build fail. Docker takes root.',
  'stage-directory':
    'COPY of a directory of a stage gives its target the mode and the owner of the source, and creates symbolic links in it for root.',
  'stage-setuid': 'COPY of a directory of a stage drops setuid and setgid of the files in it.',
  'stage-link':
    'COPY of a symbolic link of a stage copies the link, and not the file or directory that it leads to.',
  'run-hard-links':
    'A RUN that writes to one of several hard links in a lower layer changes all of them. With Docker, the other names keep the old content.',
  'run-number':
    'RUN has the number of the user as its group, if the user has no entry in /etc/passwd. With Docker, it has the group 0.',
  'run-hosts':
    'RUN can change /etc/hosts, and the image does not have the change. With Docker, such a RUN fails.',
  'run-var-run': 'The image does not have what RUN changes below /var/run.',
  'run-volume': 'The image does not have what RUN changes below the directory of a VOLUME.',
  volume: 'VOLUME creates its directory.',
  workdir: 'The configuration of the image has WORKDIR in its shortest form: /a/c for /a/b/../c/.',
} as const satisfies Readonly<Record<string, string>>;

export type UnseenName = keyof typeof table;

export const unseen: Readonly<Record<UnseenName, string>> = table;
