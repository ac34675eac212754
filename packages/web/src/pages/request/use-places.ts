import { operations, type VirtualService } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../query.js';

/** Where targets are: those that are virtual services, by the address that they listen on. */
export function usePlaces(): {
  serviceOf: (target: string) => VirtualService | undefined;
  /** `192.0.2.7:443, shop`; null: it is no virtual service, or not known yet. */
  placeOf: (target: string) => string | null;
} {
  const targets = useQuery(read(operations.target.list, { query: { limit: 1000 } }));
  const services = useQuery(read(operations.virtualService.list, { query: { limit: 1000, type: 'https' } }));
  const serviceOf = (name: string) => {
    const index = targets.data?.items.find(target => target.name === name)?.config.virtualService;
    return services.data?.items.find(service => service.index === index);
  };
  return {
    serviceOf,
    placeOf: name => {
      const service = serviceOf(name);
      if (!service) return null;
      const { address, port, name: title } = service;
      return `${address.includes(':') ? `[${address}]` : address}:${port}${title ? `, ${title}` : ''}`;
    },
  };
}
