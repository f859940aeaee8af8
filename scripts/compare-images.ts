// Compares two images of registries; see the usage below.
import { parseArgs } from 'node:util';
import { differencesOf } from '../e2e/images/differences.ts';
import { readImage } from '../e2e/images/image.ts';
import { runCommand, UsageError } from '../support/command.ts';

const usage = `usage: npm run -s compare-images -- REFERENCE REFERENCE [--ca FILE] [--user NAME:PASSWORD]

Prints what differs between two images: configuration, files, modes, owners, link targets and contents.
A reference is HOST/REPOSITORY:TAG or HOST/REPOSITORY@DIGEST. The exit code is 1 if they differ.

  --ca FILE             connects by TLS, with this CA certificate; without it by plain HTTP
  --user NAME:PASSWORD  credentials for both registries
  --times PATH          compares the modification time of this path, too; can be repeated
  --help                prints this text`;

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      ca: { type: 'string' },
      user: { type: 'string' },
      times: { type: 'string', multiple: true },
    },
  });
  const [one, other, ...rest] = positionals;
  if (one === undefined || other === undefined || rest.length > 0) {
    throw new UsageError('two references are required');
  }
  const access = {
    ...(values.ca !== undefined && { ca: values.ca }),
    ...(values.user !== undefined && { auth: values.user }),
  };
  const images = await Promise.all([readImage(one, access), readImage(other, access)]);
  const differences = differencesOf(images[0], images[1], {
    names: ['the first image', 'the second image'],
    times: values.times ?? [],
  });
  for (const difference of differences) console.log(difference);
  console.log(
    differences.length === 0 ? 'the images are equal' : `${differences.length} differences`,
  );
  return differences.length === 0 ? 0 : 1;
}

process.exitCode = await runCommand(usage, main);
