import { keyFileLimits } from '@certfleet/contract';
import { FileInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface FileFieldProps {
  /** What is in the file: it says how many bytes the server takes. */
  kind: keyof typeof keyFileLimits;
  label: string;
  description?: string;
  /** What the browser shows first: `.pem,.pfx`. */
  accept?: string;
  required?: boolean;
  error?: ReactNode;
  /** The file's content in base64; empty: no file. */
  onChange: (content: string) => void;
}

/** A field for a file, whose content is read as soon as it is chosen. */
export function FileField({ kind, onChange, error, ...props }: FileFieldProps) {
  const [file, setFile] = useState<File | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const choose = (chosen: File | null) => {
    const most = keyFileLimits[kind];
    setFile(chosen);
    setUnreadable(null);
    if (chosen === null) return onChange('');
    if (chosen.size > most) {
      onChange('');
      return setUnreadable(
        `${chosen.name} has ${inBytes(chosen.size)}; at most ${inBytes(most)} are taken. Choose another file.`,
      );
    }
    base64Of(chosen).then(onChange, (cause: unknown) => {
      onChange('');
      setUnreadable(`The browser could not read ${chosen.name}: ${String(cause)}`);
    });
  };
  return (
    <FileInput
      placeholder="Choose a file"
      {...props}
      styles={{ placeholder: { color: 'var(--mantine-color-dimmed)' } }}
      value={file}
      onChange={choose}
      error={error ?? unreadable}
      clearable
      clearButtonProps={{ 'aria-label': 'Take another file' }}
    />
  );
}

function inBytes(size: number): string {
  return `${size.toLocaleString('en')} bytes`;
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const step = 32_768;
  let text = '';
  // In steps, since a call can't have as many arguments as a file has bytes.
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}
