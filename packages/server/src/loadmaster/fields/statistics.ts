import type { Traffic, VirtualServiceStatistics } from '@certfleet/contract';
import type { RealServerRecord } from '../../store/real-servers.js';
import type { VirtualServiceRecord } from '../../store/virtual-services.js';
import type { Data } from '../command.js';

/** A real server's numbers, of the (sub) virtual service `index`. HAProxy counts no packets: they are 0. */
function serverStatistics(index: number, server: RealServerRecord, traffic: Traffic | undefined): Data {
  return {
    VSIndex: index,
    RSIndex: server.index,
    Addr: server.address,
    Port: server.port,
    Enable: Number(server.enabled),
    Weight: server.weight,
    ActiveConns: traffic?.currentSessions ?? 0,
    Conns: traffic?.sessions ?? 0,
    ConnsPerSec: traffic?.sessionsPerSecond ?? 0,
    Pkts: 0,
    ...bytes('Bytes', traffic),
  };
}

/** The numbers of all virtual services with their SubVSs and real servers: all since they were made. */
export function statisticsFields(
  services: readonly VirtualServiceRecord[],
  statistics: ReadonlyMap<number, VirtualServiceStatistics>,
): Data {
  const all = [...statistics.values()].map(({ traffic }) => traffic);
  const sum = (number: (traffic: Traffic) => number) => all.reduce((total, traffic) => total + number(traffic), 0);
  return {
    VStotals: {
      ConnsPerSec: sum(traffic => traffic.sessionsPerSecond),
      TotalConns: sum(traffic => traffic.sessions),
      TotalBytes: sum(traffic => traffic.bytesIn + traffic.bytesOut),
      TotalPackets: 0,
    },
    Vs: services.flatMap(service => {
      const seen = statistics.get(service.index);
      const { index, address, port, enabled } = service;
      return [
        serviceStatistics({ index, address, port, enabled }, seen?.traffic),
        ...service.subVirtualServices.map(sub =>
          serviceStatistics(
            { index: sub.index, address: '', port: 0, enabled: sub.enabled },
            seen?.subVirtualServices.find(each => each.index === sub.index)?.traffic,
          ),
        ),
      ];
    }),
    Rs: services.flatMap(service => {
      const seen = statistics.get(service.index);
      const subs = new Map(seen?.subVirtualServices.map(sub => [sub.index, sub]));
      return [service, ...service.subVirtualServices].flatMap(({ index, realServers }) => {
        const pool = index === service.index ? seen : subs.get(index);
        const traffics = new Map(pool?.realServers.map(server => [server.index, server.traffic]));
        return realServers.map(server => serverStatistics(index, server, traffics.get(server.index)));
      });
    }),
  };
}

interface Socket {
  index: number;
  address: string;
  port: number;
  enabled: boolean;
}

function serviceStatistics({ index, address, port, enabled }: Socket, traffic: Traffic | undefined): Data {
  return {
    VSAddress: address,
    VSPort: port,
    VSProt: 'tcp',
    Index: index,
    Enable: Number(enabled),
    ActiveConns: traffic?.currentSessions ?? 0,
    TotalConns: traffic?.sessions ?? 0,
    ConnsPerSec: traffic?.sessionsPerSecond ?? 0,
    TotalPkts: 0,
    ...bytes('TotalBytes', traffic),
  };
}

function bytes(total: string, traffic: Traffic | undefined): Data {
  const [read, written] = [traffic?.bytesIn ?? 0, traffic?.bytesOut ?? 0];
  return { [total]: read + written, BytesRead: read, BytesWritten: written };
}
