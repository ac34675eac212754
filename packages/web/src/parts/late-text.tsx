import { Autocomplete, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

/** Milliseconds without another key until what was typed counts. */
const pause = 150;

interface LateTextProps {
  label: string;
  hint?: string;
  type?: 'search' | 'datetime-local';
  /** Suggestions. */
  data?: readonly string[];
  /** As the address has it. */
  value: string | undefined;
  /** Undefined: the field is empty. */
  change: (value: string | undefined) => void;
  width?: number;
}

/** A text by which a list is narrowed down. It counts when nothing more is typed for a moment. */
export function LateText({ label, hint, type, data, value = '', change, width = 210 }: LateTextProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const later = useDebouncedCallback((typed: string) => {
    sent.current = typed;
    change(typed === '' ? undefined : typed);
  }, pause);
  // The address may change by itself: by a link, or by going back. What comes back of this field's own change is no news:
  // more may have been typed meanwhile.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  const set = (typed: string) => {
    setText(typed);
    later(typed);
  };
  const look = { label, w: { base: '100%', xs: width }, value: text, placeholder: hint };
  if (data) return <Autocomplete {...look} data={[...data]} onChange={set} />;
  return <TextInput {...look} type={type} onChange={event => set(event.currentTarget.value)} />;
}
