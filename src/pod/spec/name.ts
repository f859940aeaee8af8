const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const maxSlug = 63 - 'kbp--'.length - 10;

/**
 * `kbp-<job slug>-<10 random base32>`: a DNS-1123 label, so it is also the host name of the pod. Chosen before the pod exists,
 * so that it can be saved first. With 50 random bits a repeated name is practically impossible.
 * @param random 10 random bytes.
 */
export function podName(job: string, random: Uint8Array): string {
  const slug = job
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxSlug)
    .replace(/^-+|-+$/g, '');
  const suffix = Array.from(random.subarray(0, 10), (byte) => alphabet[byte % 32]).join('');
  return `kbp-${slug === '' ? 'build' : slug}-${suffix}`;
}
