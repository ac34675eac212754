import type { Engine } from '../engine.js';
import { describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { LOADMASTER_POLICY, readSettings, writeSettings } from '../loadmaster/settings.js';
import { policyHandlers } from './policies.js';

/** How LoadMaster's API is served. */
export function loadmasterHandlers(engine: Engine): Handlers['loadmaster'] {
  const { store } = engine;
  const policies = policyHandlers(engine);
  return {
    show: () => readSettings(store),

    async change({ body }, actor, exchange) {
      const before = await readSettings(store);
      const directoryUrl = body.directoryUrl ?? before.directoryUrl;
      const moved = directoryUrl !== before.directoryUrl;
      const after = {
        enabled: body.enabled ?? before.enabled,
        directoryUrl,
        // Of the former CA: nobody would look for it where another one can't be reached.
        caCertificate: body.caCertificate === undefined && !moved ? before.caCertificate : (body.caCertificate ?? null),
        renewPeriod: body.renewPeriod === undefined ? before.renewPeriod : body.renewPeriod,
      };
      // First the policy, which plans the renewals anew: what is left to do after a crash is to ask again.
      if (after.renewPeriod !== before.renewPeriod && (await store.policies.findByName(LOADMASTER_POLICY))) {
        const change = { params: { name: LOADMASTER_POLICY }, body: { renewDaysBefore: after.renewPeriod } };
        await policies.change(change, actor, exchange);
      }
      return store.transaction(async tx => {
        await writeSettings(tx, after);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'loadmaster.changed',
          outcome: 'succeeded',
          message: `The settings of LoadMaster's API were changed.${moved ? ' The directory counts for the next account: each certificate stays with the account that issued it until it is issued again.' : ''}`,
          detail: body,
        });
        return after;
      });
    },
  };
}
