import { HaproxyInstance } from '@certfleet/haproxy';

/**
 * A controlling process to be killed: starts the instance of the folder in its first argument, by the program in the
 * second one, with the load balancer in the third one (JSON), says `ready`, and then does what the fourth one names, for
 * ever.
 */
const [directory = '', binary = '', loadBalancer = '', work] = process.argv.slice(2);
const instance = await HaproxyInstance.open({ directory, binary });
const model = JSON.parse(loadBalancer);
await instance.start(model);
process.stdout.write('ready\n');

for (let round = 1; ; round += 1) {
  if (work === 'challenges') {
    await instance.challenges.present([{ token: `t${round}`, keyAuthorization: `t${round}.x` }]);
    await instance.challenges.cleanUp([`t${round - 1}`]);
  } else {
    const [service] = model.virtualServices;
    await instance.apply({ virtualServices: [{ ...service, redirectPort: round, scheduling: 'source-hash' }] });
    await instance.apply(model);
  }
}
