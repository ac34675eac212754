import type { VirtualServiceChange } from '@certfleet/contract';
import { deleteWithSolverAndTarget } from '../../actions/own-solver-and-target.js';
import { oldValues, withoutUndefined } from '../../actions/virtual-service-patch.js';
import { rehearseChange } from '../../actions/virtual-services.js';
import { DomainError } from '../../domain/errors.js';
import type { VirtualServiceRecord } from '../../store/virtual-services.js';
import { refuseOther } from '../as-shown.js';
import { assignCertificates, readCertificates, refuseLeavingPaused } from '../certificate-files.js';
import { ask, type Call, type Command, completed } from '../command.js';
import { LoadMasterError, renderError } from '../errors.js';
import { newService, nickName, readService, serviceParameters, shownServiceFields } from '../fields/virtual-service.js';
import {
  ipAddress,
  portNumber,
  protocol,
  type Selected,
  selectChangeable,
  selectService,
  serviceSelector,
} from '../selectors.js';
import { everyService, showService, showServices } from '../service-views.js';
import { withoutCertificates } from '../without-certificates.js';

/** Where a virtual service listens, as the object shows it. */
const socketFields = ['VSAddress', 'VSPort'];

/** Virtual services and SubVSs. */
export const virtualServiceCommands: Command[] = [
  {
    name: 'listvs',
    role: 'viewer',
    changes: false,
    parameters: [],
    async run(call) {
      const shown = await showServices(call, await everyService(call.engine.store));
      return { data: { VS: shown.map(({ data }) => data) } };
    },
  },
  {
    name: 'showvs',
    role: 'viewer',
    changes: false,
    parameters: serviceSelector,
    async run(call) {
      const { service, sub, challenge } = await selectService(call);
      return { data: await showService(call, challenge ?? sub?.index ?? service.index) };
    },
  },
  {
    name: 'addvs',
    role: 'operator',
    changes: true,
    parameters: [...serviceSelector, ...socketFields, ...serviceParameters],
    async run(call) {
      return { data: await showService(call, await addService(call)) };
    },
  },
  {
    name: 'modvs',
    role: 'operator',
    changes: true,
    parameters: [...serviceSelector, ...socketFields, ...serviceParameters, 'createsubvs'],
    async run(call) {
      const selected = await selectChangeable(call);
      const note = call.parameters.has('createsubvs')
        ? await createSub(call, selected)
        : await changeService(call, selected);
      return { data: await showService(call, (selected.sub ?? selected.service).index), note };
    },
  },
  {
    name: 'delvs',
    role: 'operator',
    changes: true,
    parameters: serviceSelector,
    async run(call) {
      const { service, sub } = await selectChangeable(call);
      const { index } = sub ?? service;
      await withoutCertificates(call, index, {
        rehearse: tx => deleteWithSolverAndTarget(tx, service),
        perform: () => ask(call, 'virtualService', 'delete', { params: { index } }),
      });
      return completed;
    },
  },
  {
    name: 'convertvs',
    role: 'operator',
    changes: true,
    parameters: [...serviceSelector, 'NickName'],
    async run(call) {
      const { service, sub } = await selectChangeable(call);
      if (sub) throw new LoadMasterError(422, `VS ${sub.index} is a SubVS already`);
      const name = call.parameters.text('NickName')?.trim();
      const body = { name: name ? nickName(name) : null };
      await ask(call, 'virtualService', 'convert', { params: { index: service.index }, body });
      return { data: await showService(call, service.index) };
    },
  },
];

/** Makes a virtual service with its certificates. Returns its index. */
async function addService(call: Call): Promise<number> {
  const { parameters } = call;
  const address = ipAddress(parameters, 'vs');
  const port = portNumber(parameters, !parameters.text('port') && parameters.text('VSPort') ? 'VSPort' : 'port');
  if (protocol(parameters) !== 'tcp')
    throw LoadMasterError.invalid('prot', 'Certfleet balances HTTP and HTTPS: must be tcp');
  refuseOther(parameters, { Protocol: 'tcp', Layer: 7 }, shownServiceFields);
  for (const name of socketFields) {
    const sent = parameters.text(name)?.trim();
    if (sent && (name === 'VSPort' ? sent !== String(port) : ipAddress(parameters, name) !== address)) {
      throw LoadMasterError.invalid(name, 'Differs from where the virtual service is to be');
    }
  }
  const { change, properties } = readService(parameters, newService, address);
  const type = change.type ?? 'http';
  const certificates = await readCertificates(call, type);
  const { scheduling, persistence, healthCheck, minimumServers, unavailable } = newService;
  const settings = { scheduling, persistence, healthCheck, minimumServers, unavailable };
  const { index } = await ask(call, 'virtualService', 'create', {
    body: { ...settings, ...change, address, port, type },
  });
  await keep(call, index, properties);
  if (certificates) {
    try {
      await assignCertificates(call, index, certificates);
    } catch (error) {
      await withoutCertificates(call, index, {
        rehearse: tx => deleteWithSolverAndTarget(tx, { index }),
        perform: () => ask(call, 'virtualService', 'delete', { params: { index } }),
      });
      throw error;
    }
  }
  return index;
}

/** Changes all that was sent, or nothing. Returns what the event is to say of certificates that go later. */
async function changeService(call: Call, { service, sub }: Selected): Promise<string> {
  const { parameters } = call;
  const before = sub ?? service;
  const { index } = before;
  refuseOther(parameters, await showService(call, index), shownServiceFields);
  const socket = sub ? refuseSocket(parameters) : readSocket(parameters);
  const { change, properties } = readService(parameters, before, socket.address ?? service.address);
  const type = change.type ?? before.type;
  const certificates = await readCertificates(call, type);
  if (certificates) await refuseLeavingPaused(call, index, certificates);
  const body = { ...change, ...socket };
  if (before.type === 'https' && type !== 'https') {
    await withoutCertificates(call, index, {
      rehearse: tx => rehearseChange(tx, index, body),
      perform: () => changeLive(call, index, body),
    });
  } else {
    await changeLive(call, index, body);
  }
  await keep(call, index, properties);
  if (!certificates || sub) return '';
  try {
    return await assignCertificates(call, index, certificates);
  } catch (refusal) {
    await changeBack(call, service, body, refusal);
    throw refusal;
  }
}

/**
 * What was changed of a virtual service is as it was before. Throws 422 that says so if that is refused in its turn.
 */
async function changeBack(
  call: Call,
  before: VirtualServiceRecord,
  body: VirtualServiceChange,
  refusal: unknown,
): Promise<void> {
  // With its type a virtual service changes what only one type has.
  const others = body.type === undefined ? {} : { unavailable: null, redirectPort: null, http2: null };
  const { redirectPort, http2, ...old } = oldValues(before, { ...body, ...others });
  // Null: a service of its type has none.
  const ofType = { redirectPort: redirectPort ?? undefined, http2: http2 ?? undefined };
  try {
    await changeLive(call, before.index, { ...old, ...withoutUndefined(ofType) });
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause;
    const message = `${renderError(refusal).message} What else was changed stays: ${cause.message}`;
    throw new LoadMasterError(422, message);
  }
  await keep(call, before.index, before.properties);
}

async function changeLive(call: Call, index: number, body: VirtualServiceChange): Promise<void> {
  if (Object.keys(body).length > 0) await ask(call, 'virtualService', 'change', { params: { index }, body });
}

function readSocket(parameters: Call['parameters']): { address?: string; port?: number } {
  return {
    ...(parameters.text('VSAddress')?.trim() ? { address: ipAddress(parameters, 'VSAddress') } : {}),
    ...(parameters.text('VSPort')?.trim() ? { port: portNumber(parameters, 'VSPort') } : {}),
  };
}

/** A SubVS has neither address nor port; whole objects have an empty one and 0. */
function refuseSocket(parameters: Call['parameters']): ReturnType<typeof readSocket> {
  for (const name of socketFields) {
    const sent = parameters.text(name)?.trim();
    if (sent && sent !== '0') throw LoadMasterError.invalid(name, 'A SubVS has neither address nor port');
  }
  return {};
}

/** Adds a SubVS with LoadMaster's defaults and what was sent beside the command, which is meant for it. */
async function createSub(call: Call, { service, sub }: Selected): Promise<string> {
  const { parameters } = call;
  if (sub) throw new LoadMasterError(422, `VS ${sub.index} is a SubVS: it can't have SubVSs`);
  if (service.realServers.length > 0) {
    throw new LoadMasterError(422, `VS ${service.index} has real servers: convertvs moves them into a SubVS`);
  }
  refuseOther(parameters, { Protocol: 'tcp', Layer: 7 }, shownServiceFields);
  refuseSocket(parameters);
  const { change, properties } = readService(parameters, { ...newService, type: 'sub' }, service.address);
  await readCertificates(call, 'sub');
  const { scheduling, persistence, healthCheck, minimumServers, unavailable } = newService;
  const body = { scheduling, persistence, healthCheck, minimumServers, unavailable, ...change };
  const known = new Set(service.subVirtualServices.map(({ index }) => index));
  const after = await ask(call, 'virtualService', 'addSub', { params: { index: service.index }, body });
  const added = after.subVirtualServices.find(({ index }) => !known.has(index));
  if (added) await keep(call, added.index, properties);
  return '';
}

/** What only clients see: HAProxy has nothing to do with it. */
async function keep({ engine: { store } }: Call, index: number, properties: Record<string, unknown>): Promise<void> {
  await store.virtualServices.update(index, { properties });
}
