import { z } from 'zod';

/** One option of a command. */
export interface Flag {
  /** The long name, without dashes. */
  name: string;
  /** What stands for its value in the help; left out: a switch without a value. */
  placeholder?: string;
  /** May be given several times; the values make an array. */
  repeat?: boolean;
  help: string;
  choices?: readonly string[];
  required?: boolean;
  /** Where its value goes in the operation's body or query; left out: it concerns this command alone. */
  field?: readonly string[];
  /** Turns what was typed into the field's value, or only checks it. Throws a usage Failure. */
  parse?: (text: string) => unknown;
  /** What a switch sets its field to; true unless said otherwise. */
  value?: unknown;
}

/** The values that were typed, by the flags' names. */
export class FlagValues {
  readonly #values: ReadonlyMap<string, string | boolean | readonly string[]>;

  constructor(values: ReadonlyMap<string, string | boolean | readonly string[]>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Of a flag with one value; undefined when it was not given. */
  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** Of a flag that may be repeated; empty when it was not given. */
  list(name: string): readonly string[] {
    const value = this.#values.get(name);
    return Array.isArray(value) ? value : [];
  }
}

/** What the contract's schema doesn't say about a field, or says otherwise than a command line needs it. */
export type FieldFlags = Partial<Flag> | Flag[];

type Property = {
  type?: string;
  enum?: string[];
  default?: unknown;
  description?: string;
  anyOf?: Property[];
  items?: Property;
  $ref?: string;
};

/**
 * The flags that fill an object of the contract: one for each of its fields, with the schema's choices, default and
 * description. `custom` renames a field's flag, describes it, or replaces it with flags of its own (`[]`: the field is
 * given as an argument, or in another way). Throws for a field that has no description or that a flag can't hold, so
 * that a new field of the contract is noticed here.
 */
export function flagsFor(schema: z.ZodObject, custom: Record<string, FieldFlags> = {}, under: string[] = []): Flag[] {
  const json = z.toJSONSchema(schema, { io: 'input' }) as { $ref?: string; $defs?: Record<string, unknown> };
  const resolve = (property: Property): Property =>
    property.$ref
      ? { ...(json.$defs?.[property.$ref.replace('#/$defs/', '')] as Property), ...property, $ref: '' }
      : property;
  const root = resolve(json as Property) as { properties: Record<string, Property>; required?: string[] };
  const unknown = Object.keys(custom).find(field => !(field in root.properties));
  if (unknown) throw new Error(`There is no field "${unknown}" to make a flag for.`);
  return Object.entries(root.properties).flatMap(([field, property]) => {
    const given = custom[field];
    if (Array.isArray(given)) return given;
    return [flagOf([...under, field], property, resolve, root.required?.includes(field) ?? false, given)];
  });
}

function flagOf(
  field: string[],
  property: Property,
  resolve: (property: Property) => Property,
  required: boolean,
  custom: Partial<Flag> = {},
): Flag {
  const { nullable, ...shape } = shapeOf(resolve(property), resolve);
  // What is empty when it is left out needs no word for "empty".
  const clearable = nullable && property.default === undefined;
  const name = custom.name ?? kebab(field.at(-1) ?? '');
  const about = custom.help ?? property.description;
  if (about === undefined) throw new Error(`--${name} has no description.`);
  const notes = [
    property.default === undefined || property.default === null ? '' : `default: ${String(property.default)}`,
    clearable ? '"none" removes it' : '',
  ].filter(Boolean);
  const parse = custom.parse ?? shape.parse;
  return {
    ...shape,
    field,
    ...(required ? { required } : {}),
    ...custom,
    ...(clearable ? { parse: (text: string) => (text === 'none' ? null : parse(text)) } : { parse }),
    ...(clearable && shape.choices ? { choices: [...shape.choices, 'none'] } : {}),
    name,
    help: `${about}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`,
  };
}

type Shape = Pick<Flag, 'placeholder' | 'repeat' | 'choices'> & { parse: (text: string) => unknown; nullable: boolean };

function shapeOf(property: Property, resolve: (property: Property) => Property): Shape {
  if (property.anyOf?.some(one => one.type === 'null')) {
    const other = property.anyOf.find(one => one.type !== 'null') ?? {};
    return { ...shapeOf(resolve(other), resolve), nullable: true };
  }
  const text = { placeholder: 'text', parse: (value: string) => value, nullable: false };
  if (property.anyOf?.every(one => one.type === 'string')) return text;
  switch (property.type) {
    case 'string':
      return property.enum ? { ...text, placeholder: property.enum.join('|'), choices: property.enum } : text;
    case 'integer':
      return { placeholder: 'n', parse: integer, nullable: false };
    case 'array':
      return { ...shapeOf(resolve(property.items ?? {}), resolve), repeat: true };
    default:
      throw new Error(`A flag can't hold ${JSON.stringify(property)}.`);
  }
}

/** What isn't a number stays text, so that the schema says what is wrong with it. */
function integer(text: string): unknown {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** `subIndex` as `sub-index`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** Throws a usage Failure for a value that its flag can't read, so that nothing is begun in vain. */
export function checkValues(flags: readonly Flag[], values: FlagValues): void {
  for (const flag of flags) if (values.has(flag.name)) fieldValue(flag, values);
}

/** The object that the given flags fill; fields whose flags were not given are left out. */
export function fieldsFrom(flags: readonly Flag[], values: FlagValues): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const flag of flags) {
    if (!flag.field || !values.has(flag.name)) continue;
    set(filled, flag.field, fieldValue(flag, values));
  }
  return filled;
}

function fieldValue(flag: Flag, values: FlagValues): unknown {
  const parse = flag.parse ?? ((text: string) => text);
  if (flag.repeat) return values.list(flag.name).map(parse);
  const text = values.text(flag.name);
  return text === undefined ? ('value' in flag ? flag.value : true) : parse(text);
}

function set(object: Record<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void {
  if (first === undefined) return;
  if (rest.length === 0) {
    object[first] = value;
    return;
  }
  const inner = (object[first] ?? {}) as Record<string, unknown>;
  object[first] = inner;
  set(inner, rest, value);
}

/** The flag that fills the field at `path` or what contains it. */
export function flagForField(flags: readonly Flag[], path: readonly string[]): Flag | undefined {
  return flags.find(flag => flag.field?.every((step, at) => path[at] === step));
}
