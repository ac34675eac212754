import type { Page } from '@certfleet/contract';
import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../query.js';
import { type NamedList, searched } from './named.js';

/** So many are offered at once: the others are found by typing. */
const most = 50;

interface NamePickerProps<T> extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'filter' | 'searchable'> {
  /** Lists the things that have a name. */
  operation: NamedList;
  /** What it is asked for besides what is typed. */
  query?: object;
  value?: string | null;
  /** `thing`: what is called so; undefined for none and for one of `besides`. */
  onChange: (name: string | null, thing: T | undefined) => void;
  /** What tells one from another, beside its name. */
  remark?: (thing: T) => string | null;
  /** Why one can't be chosen; null: it can. */
  refusal?: (thing: T) => string | null;
  /** Names that are not offered. */
  without?: readonly string[];
  /** Names that are offered besides those of the list. */
  besides?: readonly string[];
}

/**
 * Chooses a thing by its name. However many there are, the server looks for what is typed, and the first of what it finds
 * are offered. What is chosen stays shown, whether or not it is among them.
 */
export function NamePicker<T extends { name: string }>({
  operation,
  query = {},
  value = null,
  onChange,
  remark = () => null,
  refusal = () => null,
  without = [],
  besides = [],
  ...look
}: NamePickerProps<T>) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState(value ?? '');
  // What is chosen stands in the field before anything is typed.
  const wanted = typed === value ? '' : typed.trim();
  const [settled] = useDebouncedValue(wanted, 150);
  const { data, error, isPlaceholderData } = useQuery({
    ...read(operation, searched({ ...query, limit: most, ...(settled === '' ? {} : { search: settled }) })),
    enabled: isOpen,
    // A page may have a hundred of these: what one of them reads is no reason to draw the others again.
    subscribed: isOpen,
    placeholderData: before => before,
  });
  const found = isOpen ? (data as Page<T> | undefined) : undefined;
  const things = new Map(found?.items.filter(({ name }) => !without.includes(name)).map(one => [one.name, one]));
  const fits = (name: string) => name.toLowerCase().includes(wanted.toLowerCase());
  const chosen = value === null || (isOpen && wanted !== '') ? [] : [value];
  const names = [...new Set([...chosen, ...besides.filter(fits), ...things.keys()])];
  const options = names.map(name => {
    const thing = things.get(name);
    return { value: name, label: name, disabled: thing !== undefined && refusal(thing) !== null };
  });
  const isLooking = found === undefined || isPlaceholderData || wanted !== settled;
  return (
    <Select
      placeholder="Choose one"
      allowDeselect={false}
      spellCheck={false}
      autoComplete="off"
      // Among the page's landmarks, over whatever it would be cut off by.
      comboboxProps={{ withinPortal: false, floatingStrategy: 'fixed' }}
      withScrollArea={false}
      classNames={{ options: 'offered' }}
      {...look}
      searchable
      data={found?.nextCursor ? [{ group: `The first ${most}: type to find more`, items: options }] : options}
      filter={({ options: all }) => all}
      value={value}
      onChange={name => onChange(name, things.get(name ?? ''))}
      searchValue={typed}
      onSearchChange={setTyped}
      onDropdownOpen={() => setOpen(true)}
      onDropdownClose={() => setOpen(false)}
      nothingFoundMessage={error?.message ?? (isLooking ? 'Looking for it …' : 'Nothing is called so.')}
      renderOption={({ option }) => {
        const thing = things.get(option.value);
        const words = thing && (refusal(thing) ?? remark(thing));
        return (
          <span className="breaks">
            <span>{option.label}</span>
            {words && <span className="remark">{` ${words}`}</span>}
          </span>
        );
      }}
    />
  );
}
