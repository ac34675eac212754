import { refuseOther } from '../as-shown.js';
import { ask, type Call, type Command, completed, type Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { newWeight, readPart, readServer, serverParameters, shownServerFields } from '../fields/real-server.js';
import type { Parameters } from '../parameters.js';
import {
  ipAddress,
  portNumber,
  rsIndexOf,
  type Selected,
  selectBehind,
  selectChangeable,
  selectChangeableBehind,
  selectService,
  serverSelector,
} from '../selectors.js';
import { type Behind, showBehind } from '../service-views.js';

/** The servers behind virtual services and SubVSs; SubVSs behind their parents too, where a LoadMaster has them so. */
export const realServerCommands: Command[] = [
  {
    name: 'addrs',
    role: 'operator',
    changes: true,
    parameters: [...serverSelector, ...serverParameters],
    async run(call) {
      return { data: { ...(await addServer(call, await selectChangeable(call))) } };
    },
  },
  {
    name: 'showrs',
    role: 'viewer',
    changes: false,
    parameters: serverSelector,
    async run(call) {
      const selected = await selectService(call);
      const shown = await showBehind(call, selected.challenge ?? (selected.sub ?? selected.service).index);
      return { data: { ...(call.parameters.has('rs') ? one(shown, rsIndexIn(selected, call.parameters)) : shown) } };
    },
  },
  {
    name: 'modrs',
    role: 'operator',
    changes: true,
    parameters: [...serverSelector, 'newport', ...serverParameters],
    async run(call) {
      const selected = await selectChangeable(call);
      const rsIndex = await changeServer(call, selected);
      const shown = await showBehind(call, (selected.sub ?? selected.service).index);
      return { ...completed, data: { ...one(shown, rsIndex) } };
    },
  },
  {
    name: 'delrs',
    role: 'operator',
    changes: true,
    parameters: serverSelector,
    async run(call) {
      const selected = await selectChangeable(call);
      const { server, sub } = await selectChangeableBehind(call.engine.store, selected, call.parameters);
      if (sub) throw LoadMasterError.invalid('rs', `Is a SubVS: delvs with vs=${sub.index} deletes it`);
      const params = { index: (selected.sub ?? selected.service).index, realServer: server.index };
      await ask(call, 'virtualService', 'deleteRealServer', { params });
      return completed;
    },
  },
];

/** Throws 422 when it is there already, and for a virtual service that has SubVSs: they have the real servers then. */
async function addServer(call: Call, { service, sub }: Selected): Promise<Behind> {
  const { parameters, engine } = call;
  const address = ipAddress(parameters, 'rs');
  const port = portNumber(parameters, 'rsport');
  const { index, realServers } = sub ?? service;
  refuseOther(parameters, { Addr: address }, shownServerFields);
  const { change, properties } = readServer(parameters, {});
  if (!sub && service.subVirtualServices.length > 0) {
    throw new LoadMasterError(422, `VS ${index} has SubVSs: real servers are added to one of them`);
  }
  if (realServers.some(each => each.port === port && each.address === address)) {
    throw LoadMasterError.invalid('rs', 'VS has this real server already');
  }
  const body = { weight: newWeight, ...change, address, port };
  const after = await ask(call, 'virtualService', 'addRealServer', { params: { index }, body });
  const pool = sub ? after.subVirtualServices.find(each => each.index === index) : after;
  const known = new Set(realServers.map(each => each.index));
  const added = pool?.realServers.find(
    each => !known.has(each.index) && each.address === address && each.port === port,
  );
  if (added) await engine.store.realServers.update(index, added.index, { properties });
  return one(await showBehind(call, index), added?.index ?? 0);
}

/** Returns its RsIndex, which stays. */
async function changeServer(call: Call, selected: Selected): Promise<number> {
  const { parameters, engine } = call;
  const { server, sub } = await selectChangeableBehind(engine.store, selected, parameters);
  const { Rs, SubVS } = one(
    await showBehind(call, (selected.sub ?? selected.service).index),
    rsIndexIn(selected, parameters),
  );
  refuseOther(parameters, [...Rs, ...SubVS][0] ?? {}, shownServerFields);
  const newPort = parameters.text('newport')?.trim() ? portNumber(parameters, 'newport') : undefined;
  if (sub) {
    if (newPort !== undefined) throw LoadMasterError.invalid('newport', 'A SubVS has no port');
    const body = readPart(parameters);
    if (Object.keys(body).length > 0) {
      await ask(call, 'virtualService', 'change', { params: { index: sub.index }, body });
    }
    return rsIndexOf(sub.index);
  }
  const { index, realServers } = selected.sub ?? selected.service;
  const { change, properties } = readServer(parameters, server.properties);
  const taken = realServers.some(
    each => each.index !== server.index && each.port === newPort && each.address === server.address,
  );
  if (taken) throw LoadMasterError.invalid('newport', 'VS has a real server there already');
  const body = { ...change, ...(newPort === undefined ? {} : { port: newPort }) };
  const params = { index, realServer: server.index };
  if (Object.keys(body).length > 0) await ask(call, 'virtualService', 'changeRealServer', { params, body });
  await engine.store.realServers.update(index, server.index, { properties });
  return server.index;
}

/** The one with this RsIndex; a SubVS is in the second list. */
function one({ Rs, SubVS }: Behind, rsIndex: number): Behind {
  const isIt = ({ RsIndex }: Data) => RsIndex === rsIndex;
  return { Rs: Rs.filter(isIt), SubVS: SubVS.filter(isIt) };
}

function rsIndexIn(selected: Selected, parameters: Parameters): number {
  const behind = selectBehind(selected, parameters);
  if (behind.server) return behind.server.index;
  return rsIndexOf(behind.sub ? behind.sub.index : behind.challenge);
}
