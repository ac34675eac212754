import { TextInput, type TextInputProps } from '@mantine/core';

/** What a new thing is to be called. */
export function NewName(props: TextInputProps) {
  return (
    <TextInput
      label="Name"
      description="What to call it: letters, digits and . _ @ -"
      required
      autoComplete="off"
      spellCheck={false}
      {...props}
    />
  );
}
