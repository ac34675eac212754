import { labelOf } from './label.js';

/** How a field of a configuration is shown. `unknown`: its schema is of a shape that no form was made for. */
type FieldKind = 'text' | 'number' | 'choice' | 'switch' | 'list' | 'unknown';

/** One field of a plugin's configuration, as a form needs it. */
export interface Field {
  name: string;
  label: string;
  /** For people; empty: its name says it. */
  help: string;
  kind: FieldKind;
  required: boolean;
  /** Few need it. */
  advanced: boolean;
  /** Write-only: nobody is ever shown what is stored. */
  secret: boolean;
  /** Text of several lines. */
  multiline: boolean;
  /** What the server takes when nothing is sent. */
  default: unknown;
  choices: readonly string[];
  min?: number;
  max?: number;
  /** Of a number: no fractions. */
  whole: boolean;
  format?: 'email' | 'url';
}

/** What an input holds. A list is text, an item on each line; an empty number is ''; null: what is stored is to be unset. */
export type FieldValue = string | number | boolean | null;

/** What the inputs of a configuration hold, by field. */
export type FieldValues = Record<string, FieldValue>;

/** The words of JSON Schema (2020-12) that zod writes for what configurations are made of, and ours. */
interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  title?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  format?: string;
  minimum?: number;
  maximum?: number;
  secret?: boolean;
  advanced?: boolean;
  multiline?: boolean;
}

/** The fields of a configuration, in the order of its schema (`config` of GET /plugins). */
export function fieldsOf(config: Record<string, unknown>): Field[] {
  const { properties = {}, required = [], $defs = {} } = config as Schema;
  const resolve = ({ $ref, ...own }: Schema): Schema =>
    $ref === undefined ? own : { ...resolve($defs[$ref.replace('#/$defs/', '')] ?? {}), ...own };
  return Object.entries(properties).map(([name, property]) => {
    const schema = resolve(property);
    const { minimum, maximum } = schema;
    const format = schema.format === 'email' ? 'email' : schema.format === 'uri' ? 'url' : undefined;
    return {
      name,
      label: schema.title ?? labelOf(name),
      help: schema.description ?? '',
      kind: kindOf(schema, resolve),
      required: required.includes(name),
      advanced: schema.advanced === true,
      secret: schema.secret === true,
      multiline: schema.multiline === true,
      default: schema.default,
      choices: choicesOf(schema) ?? [],
      whole: schema.type === 'integer',
      ...(minimum === undefined ? {} : { min: minimum }),
      // What zod writes for a whole number without a limit is none that anyone should read.
      ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { max: maximum }),
      ...(format === undefined ? {} : { format }),
    };
  });
}

function kindOf(schema: Schema, resolve: (schema: Schema) => Schema): FieldKind {
  if (choicesOf(schema)) return 'choice';
  if (schema.anyOf) {
    const kinds = new Set(schema.anyOf.map(one => kindOf(resolve(one), resolve)));
    const [only] = kinds;
    return only !== undefined && kinds.size === 1 ? only : 'unknown';
  }
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'switch';
    case 'array':
      return kindOf(resolve(schema.items ?? {}), resolve) === 'text' ? 'list' : 'unknown';
    default:
      return 'unknown';
  }
}

/** Null: it is no choice. */
function choicesOf({ enum: values, const: only, anyOf }: Schema): string[] | null {
  if (values?.every(value => typeof value === 'string')) return values;
  if (typeof only === 'string') return [only];
  const each = anyOf?.map(choicesOf);
  return each?.every(choices => choices !== null) ? each.flat() : null;
}

/** What the inputs hold at first: what is stored, else the defaults. */
export function initialConfig(fields: readonly Field[], stored: Record<string, unknown> = {}): FieldValues {
  return Object.fromEntries(
    fields.map(field => [field.name, inputOf(field, stored[field.name] ?? (field.secret ? '' : field.default))]),
  );
}

function inputOf({ kind, secret }: Field, value: unknown): FieldValue {
  if (secret) return '';
  if (kind === 'switch') return value === true;
  if (kind === 'list') return Array.isArray(value) ? value.join('\n') : '';
  return typeof value === 'string' || typeof value === 'number' ? value : '';
}

/** Whether there is a stored secret in a field of a configuration as the server shows it. */
export function isStored(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { secret?: unknown }).secret === true;
}

/**
 * The configuration to send for what the inputs hold. Of a creation what is empty is left out. Of a change (`isChange`)
 * what is empty is null, which unsets it, but for secrets: they stay as they are unless something was typed.
 */
export function configOf(
  fields: readonly Field[],
  values: FieldValues,
  { isChange = false }: { isChange?: boolean } = {},
): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const field of fields) {
    const value = sentOf(field, values[field.name] ?? null);
    if (value !== null) config[field.name] = value;
    else if (isChange && (!field.secret || values[field.name] === null)) config[field.name] = null;
  }
  return config;
}

/** Null: nothing. */
function sentOf({ kind, multiline }: Field, value: FieldValue): unknown {
  if (kind === 'unknown') return null;
  if (kind === 'switch') return value === true;
  if (value === null || value === '') return null;
  if (kind !== 'list') return typeof value === 'string' && !multiline ? value.trim() || null : value;
  const items = String(value)
    .split(/[\n,]/)
    .map(item => item.trim())
    .filter(item => item !== '');
  return items.length === 0 ? null : items;
}
