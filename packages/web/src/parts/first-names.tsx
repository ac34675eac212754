import { List } from '@mantine/core';

/** So many are told one by one. */
const told = 10;

interface FirstNamesProps {
  names: readonly string[];
  /** Whether there are more than these. */
  isMore: boolean;
}

/** What depends on a thing, by name: the first few, and how many others there are. */
export function FirstNames({ names, isMore }: FirstNamesProps) {
  return (
    <List size="sm">
      {names.slice(0, told).map(name => (
        <List.Item key={name}>{name}</List.Item>
      ))}
      {names.length > told && (
        <List.Item>
          and {isMore && 'more than '}
          {names.length - told} more
        </List.Item>
      )}
    </List>
  );
}
