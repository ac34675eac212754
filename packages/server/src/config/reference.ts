import { z } from 'zod';
import { type Key, keys } from './keys.js';

/** docs/reference/configuration.md, made from the schema. */
export function renderConfigurationReference(): string {
  return `# Configuration

<!-- Generated from packages/server/src/config/schema.ts; \`npx vitest run packages/server/src/config -u\` renews it. -->

Certfleet works without any configuration. What differs from the defaults goes into \`certfleet.yaml\`, which is looked
for in the working directory and then in \`/etc/certfleet\`; \`certfleet serve --config FILE\` or \`CERTFLEET_CONFIG\` name
another file. Each key has a variable in the environment that wins over the file; lists are written with commas there.
Relative paths are relative to the file's folder, or to the working directory when they come from the environment. The
configuration is checked at start: a key that does not exist, or a value that can't be used, is an error that names it.

\`\`\`yaml
# certfleet.yaml
dataDir: /srv/certfleet
publicUrl: https://certfleet.example.com:8443
listen:
  port: 8443
\`\`\`

| key | variable | value | default | |
|---|---|---|---|---|
${keys.map(renderRow).join('\n')}

Two variables have no key: \`CERTFLEET_CONFIG\`, the file's path, and \`CERTFLEET_MASTER_KEY\`, the master key itself (32
bytes in base64), which is taken out of the environment before any other program is started.
`;
}

function renderRow(key: Key): string {
  const cells = [`\`${key.name}\``, `\`${key.variable}\``, describeType(key), describeDefault(key), key.description];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function describeDefault({ schema, meta }: Key): string {
  return meta.defaultText ?? `\`${JSON.stringify(schema.parse(undefined))}\``;
}

type Definitions = Record<string, JsonSchema>;
interface JsonSchema {
  $ref?: string;
  type?: string;
  enum?: string[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  format?: string;
  anyOf?: JsonSchema[];
}

function describeType(key: Key): string {
  const { $defs = {}, ...schema } = z.toJSONSchema(key.schema, { io: 'input' }) as JsonSchema & { $defs?: Definitions };
  const named = schema.$ref ? $defs[schema.$ref.replace('#/$defs/', '')] : undefined;
  const [shape = schema] = (schema.anyOf ?? [named ?? schema]).filter(({ type }) => type !== 'null');
  if (key.meta.path) return 'path';
  if (shape.enum) return shape.enum.map(value => `\`${value}\``).join(', ');
  switch (shape.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'number':
      return describeRange(shape);
    case 'array':
      return 'list';
    case 'object':
      return 'object';
    default:
      return shape.format === 'uri' ? 'URL' : 'text';
  }
}

function describeRange({ type, minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  return exclusiveMinimum === 0 ? `${kind}, up to ${maximum}` : `${kind}, ${minimum} to ${maximum}`;
}
