import { FileInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface FileFieldProps {
  label: string;
  description?: string;
  /** What the browser shows first: `.pem,.pfx`. */
  accept?: string;
  required?: boolean;
  error?: ReactNode;
  /** The file's content in base64; empty: no file. */
  onRead: (content: string) => void;
  /** Where a form finds the field again. */
  'data-path'?: string;
}

/** A field for a file, whose content is read as soon as it is chosen. */
export function FileField({ onRead, error, ...props }: FileFieldProps) {
  const [file, setFile] = useState<File | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setUnreadable(null);
    if (chosen === null) return onRead('');
    base64Of(chosen).then(onRead, (cause: unknown) => {
      onRead('');
      setUnreadable(`The browser could not read ${chosen.name}: ${String(cause)}`);
    });
  };
  return <FileInput {...props} value={file} onChange={choose} error={error ?? unreadable} clearable />;
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const step = 32_768;
  let text = '';
  // In steps, since a call can't have as many arguments as a file has bytes.
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}
