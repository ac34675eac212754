import type { RealServerRecord } from '../../store/real-servers.js';
import { ask, type Call, type Command, completed } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { fixedServerFields, readFixedFields } from '../fields/fixed-fields.js';
import { ipAddress, portNumber, selectChangeable, selectChangeableBehind, serverSelector } from '../selectors.js';
import { everyService } from '../service-views.js';

/** Real servers are switched on and off behind one virtual service, or behind all that have them. */
export const switchingCommands: Command[] = [switching('enablers', true), switching('disablers', false)];

function switching(name: string, enabled: boolean): Command {
  return {
    name,
    role: 'operator',
    changes: true,
    parameters: [...serverSelector, 'DnsName'],
    async run(call) {
      call.parameters.required('rs');
      readFixedFields(call.parameters, fixedServerFields);
      await (call.parameters.text('vs')?.trim() ? switchOne(call, enabled) : switchEverywhere(call, enabled));
      return completed;
    },
  };
}

async function switchOne(call: Call, enabled: boolean): Promise<void> {
  const selected = await selectChangeable(call);
  const { server, sub } = await selectChangeableBehind(call.engine.store, selected, call.parameters);
  const index = (sub ?? selected.sub ?? selected.service).index;
  const body = { enabled };
  if (sub) await ask(call, 'virtualService', 'change', { params: { index }, body });
  else await ask(call, 'virtualService', 'changeRealServer', { params: { index, realServer: server.index }, body });
}

/**
 * Without a virtual service it means every real server with that address and, if one is sent, that port, which some
 * clients call `port`. Throws 422 `Unknown RS` when there is none, 400 for an RsIndex, which is one virtual service's.
 */
async function switchEverywhere(call: Call, enabled: boolean): Promise<void> {
  const { parameters } = call;
  if (parameters.text('rs')?.trim().startsWith('!')) throw LoadMasterError.missing('vs');
  const address = ipAddress(parameters, 'rs');
  const name = ['rsport', 'port'].find(each => parameters.text(each)?.trim());
  const port = name === undefined ? undefined : portNumber(parameters, name);
  const isMeant = (server: RealServerRecord) =>
    server.address === address && (port === undefined || server.port === port);
  const pools = (await everyService(call.engine.store)).flatMap(each => [each, ...each.subVirtualServices]);
  const meant = pools.flatMap(({ index, realServers }) =>
    realServers.filter(isMeant).map(server => ({ index, server })),
  );
  if (meant.length === 0) throw new LoadMasterError(422, 'Unknown RS');
  for (const { index, server } of meant.filter(({ server }) => server.enabled !== enabled)) {
    const params = { index, realServer: server.index };
    await ask(call, 'virtualService', 'changeRealServer', { params, body: { enabled } });
  }
}
