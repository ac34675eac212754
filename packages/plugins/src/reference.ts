import { z } from 'zod';
import { type Plugin, secretFields } from './plugin.js';

interface FieldSchema {
  type?: string;
  enum?: string[];
  format?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
  items?: FieldSchema;
  anyOf?: FieldSchema[];
  $ref?: string;
}

/** A page of docs/reference/ about one kind of plugins: what each type can be configured with, from its schema. */
export function renderPluginReference(
  page: { title: string; introduction: string; writtenBy: string },
  plugins: readonly (Plugin<z.ZodObject> & { neverRunAgainst?: string | undefined })[],
): string {
  return `# ${page.title}

<!-- Generated from the schemas; \`npx vitest run --project unit ${page.writtenBy} -u\` writes it again. -->

${page.introduction}

${plugins.map(section).join('\n')}`;
}

function section({
  type,
  title,
  config,
  neverRunAgainst,
}: Plugin<z.ZodObject> & { neverRunAgainst?: string | undefined }): string {
  const schema = z.toJSONSchema(config, { io: 'input' });
  const definitions = (schema.$defs ?? {}) as Record<string, FieldSchema>;
  const required = new Set(schema.required);
  const secrets = new Set(secretFields(config));
  const rows = Object.entries((schema.properties ?? {}) as Record<string, FieldSchema>).map(([name, field]) => {
    const cells = [
      `\`${name}\``,
      describeValue(field, definitions) + (secrets.has(name) ? ', secret' : ''),
      required.has(name) ? 'required' : field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
      field.description ?? '',
    ];
    return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `## \`${type}\`: ${title}

| field | value | default | |
|---|---|---|---|
${rows.join('\n')}
${neverRunAgainst === undefined ? '' : `\n${neverRunAgainst}\n`}`;
}

function describeValue(field: FieldSchema, definitions: Record<string, FieldSchema>): string {
  const { type, enum: values, format, minimum, maximum, items, anyOf, $ref } = field;
  if ($ref !== undefined) return describeValue(definitions[$ref.replace('#/$defs/', '')] ?? {}, definitions);
  if (values) return values.map(value => `\`${value}\``).join(', ');
  if (anyOf) return anyOf.map(one => describeValue(one, definitions)).join(' or ');
  switch (type) {
    case 'integer':
      return `whole number, ${minimum} to ${maximum}`;
    case 'array':
      return `list of ${describeValue(items ?? {}, definitions)}`;
    case 'boolean':
      return 'true or false';
    default:
      return format === 'uri'
        ? 'URL'
        : format === 'email'
          ? 'e-mail address'
          : (type ?? 'any').replace('string', 'text');
  }
}
