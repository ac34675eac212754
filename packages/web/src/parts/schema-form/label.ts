const abbreviations: Readonly<Record<string, string>> = {
  api: 'API',
  arn: 'ARN',
  ca: 'CA',
  id: 'ID',
  sts: 'STS',
  ttl: 'TTL',
  url: 'URL',
};

/** A field's name in words: `Timeout (seconds)` of `timeoutSeconds`, `Global API key` of `globalApiKey`. */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(' ')
    .map(word => abbreviations[word] ?? word);
  const unit = /^(seconds|minutes|hours|days)$/.test(words.at(-1) ?? '') && words.length > 1 ? words.pop() : undefined;
  const text = words.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${unit === undefined ? '' : ` (${unit})`}`;
}
