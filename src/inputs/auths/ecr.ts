/** What to do instead of passing AWS access keys, which docker/login-action exchanges for a token. */
export const ecrHint =
  'Write username: AWS, and as the password the output of aws ecr get-login-password (aws ecr-public get-login-password for public.ecr.aws), which an earlier step masks and sets as an output.';

/** True for a host of Amazon ECR, private or public. It accepts tokens of the user AWS alone; access keys would be sent to no use. */
export function isEcr(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return (
    /^(?:public\.ecr\.aws|ecr-public\.aws\.com)$/.test(name) ||
    /^[^.]+\.dkr[.-]ecr(?:-fips)?\.[^.]+\.(?:amazonaws\.(?:com|com\.cn|eu)|on\.aws|on\.amazonwebservices\.com\.cn)$/.test(
      name,
    )
  );
}
