import { parseBody, type Call, type JsonAnswer } from './call.ts';
import { ApiFailure } from './failure.ts';
import { formatTime } from './pod.ts';
import { anonymous, isAllowed, rulesOf } from './rights.ts';

/** Self-subject reviews of RBAC permissions. @throws ApiFailure */
export function answerReview(
  { user }: Call,
  kind: string,
  sent: string,
  denied: readonly string[],
): JsonAnswer {
  const group = `${kind === 'selfsubjectreviews' ? 'authentication' : 'authorization'}.k8s.io`;
  if (user === anonymous)
    throw new ApiFailure(
      403,
      `${kind}.${group} is forbidden: User "${user}" cannot create resource "${kind}" in API group "${group}" at the cluster scope`,
      { group, kind },
    );
  if (kind === 'selfsubjectreviews') return describeUser(user, sent);
  return kind === 'selfsubjectrulesreviews'
    ? listRights(user, sent, denied)
    : reviewAccess(user, sent, denied);
}

/** Unlike the other reviews, this one has a creation time. */
function describeUser(user: string, sent: string): JsonAnswer {
  const review = parseBody(sent, 'SelfSubjectReview') as object;
  const metadata = { creationTimestamp: formatTime(Date.now()) };
  return { code: 201, body: { ...review, metadata, status: { userInfo: { username: user } } } };
}

function listRights(user: string, sent: string, denied: readonly string[]): JsonAnswer {
  const review = parseBody(sent, 'SelfSubjectRulesReview') as { spec?: { namespace?: string } };
  const resourceRules = rulesOf(user, review.spec?.namespace ?? '', denied);
  const status = { resourceRules, nonResourceRules: [], incomplete: false };
  return { code: 201, body: { ...review, metadata: {}, spec: {}, status } };
}

function reviewAccess(user: string, sent: string, denied: readonly string[]): JsonAnswer {
  const review = parseBody(sent, 'SelfSubjectAccessReview') as {
    spec?: { resourceAttributes?: Record<string, string> };
  };
  const {
    verb = '',
    resource = '',
    subresource,
    namespace = '',
  } = review.spec?.resourceAttributes ?? {};
  const full = subresource ? `${resource}/${subresource}` : resource;
  const allowed = isAllowed({ user, verb, resource: full, namespace }, denied);
  return { code: 201, body: { ...review, metadata: {}, status: { allowed } } };
}
