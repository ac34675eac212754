import { targets } from '@certfleet/plugins';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import { heirsOf, passOnDefault } from './default-certificate.js';
import type { JobHandler } from './scheduler.js';

/**
 * Takes a certificate off a target and deletes the assignment. It is a job, and not done by the request, so that it
 * runs under the certificate's lock: a deployment that is under way comes to its end first, and installs nothing after
 * it.
 */
export function undeploy(engine: Engine): JobHandler {
  return async ({ job, lease }) => {
    const { store } = engine;
    const assignment = await store.assignments.find(job.subject);
    if (!assignment) return null;
    const { name } = await store.certificates.get(assignment.certificateId);
    const target = await store.targets.withSecrets(assignment.targetId);
    const otherDefaults = (await heirsOf(store, assignment)).map(({ certificate }) => certificate);
    // Killed after this, it is taken off once more, which does no harm. What it throws is tried again by the scheduler.
    await pluginOf(targets, target.type).remove(target.config, name, otherDefaults, engine.ports);
    await store.fenced(lease, async tx => {
      await passOnDefault(tx, assignment.id, name);
      await tx.assignments.delete(assignment.id);
      await tx.jobs.cancel('deploy', assignment.id);
      await tx.events.append({
        actor: 'system',
        action: 'certificate.unassigned',
        subject: `certificate:${name}`,
        outcome: 'succeeded',
        message: `${name} was taken off ${target.name}.`,
        detail: { target: target.name },
      });
    });
    return null;
  };
}
