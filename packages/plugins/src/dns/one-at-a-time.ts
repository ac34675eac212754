import type { HookPort, LeasePort } from '../ports.js';

/**
 * Runs programs under leases of these names, one run at a time: what else uses them, for other zones or certificates, has
 * its turn between two runs.
 */
export function oneAtATime(hooks: HookPort, names: readonly string[], leases: LeasePort): HookPort {
  return {
    find: program => hooks.find(program),
    findAcmeSh: (script, variables) => hooks.findAcmeSh(script, variables),
    run: (program, call) => leases.hold(names, call.signal, signal => hooks.run(program, { ...call, signal })),
    runAcmeSh: call => leases.hold(names, call.signal, signal => hooks.runAcmeSh({ ...call, signal })),
  };
}
