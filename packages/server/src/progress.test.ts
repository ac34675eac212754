import { expect, test } from 'vitest';
import { ProgressFeed } from './progress.js';

test('everyone who listens hears what is reported from then on, until they stop', () => {
  const feed = new ProgressFeed();
  const heard: string[] = [];
  const report = (step: string) => feed.report({ subject: 'certificate:www', step, message: 'On its way.' });
  report('new');
  const stopFirst = feed.subscribe(({ step }) => heard.push(`first ${step}`));
  feed.subscribe(({ step }) => heard.push(`second ${step}`));
  report('created');
  stopFirst();
  report('validating');
  expect(heard).toEqual(['first created', 'second created', 'second validating']);
});
