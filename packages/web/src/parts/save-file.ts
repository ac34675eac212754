/** Has the browser save something as a file. */
export function saveFile(name: string, content: BlobPart, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the content by the time that the click has been dealt with.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
