import { Group, Text } from '@mantine/core';
import { Go } from '../../parts/go.js';
import type { Step } from './draft.js';

export const titles: Record<Step, string> = {
  names: 'Names',
  proof: 'Proof',
  certificate: 'Key and policy',
  deploy: 'Where to deploy',
  review: 'What will happen',
};

interface StepBarProps {
  steps: readonly Step[];
  step: Step;
  /** The place of the last step that can be gone to. */
  latest: number;
  /** Of the certificate that is mended. */
  certificate: string | undefined;
}

/** The steps in their order, those that can be gone to as links. */
export function StepBar({ steps, step, latest, certificate }: StepBarProps) {
  return (
    <Group component="ol" gap="xs" className="steps" aria-label="Steps">
      {steps.map((one, index) => (
        <li key={one}>
          {index <= latest && one !== step ? (
            <Go to="/request" search={{ certificate, step: one }}>{`${index + 1}. ${titles[one]}`}</Go>
          ) : (
            <Text
              span
              fw={one === step ? 700 : 400}
              {...(one === step ? { 'aria-current': 'step' as const } : { c: 'dimmed' })}
            >
              {`${index + 1}. ${titles[one]}`}
            </Text>
          )}
        </li>
      ))}
    </Group>
  );
}
