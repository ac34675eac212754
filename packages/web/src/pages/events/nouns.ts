/** What most events are about: an action without what happened finds all that happens to things of the kind. */
export const nouns = [
  'account',
  'certificate',
  'channel',
  'content-rule',
  'deployment',
  'domain',
  'intermediate',
  'loadmaster',
  'policy',
  'session',
  'solver',
  'system',
  'target',
  'token',
  'user',
  'virtual-service',
];
