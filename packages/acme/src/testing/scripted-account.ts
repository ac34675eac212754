import type { AccountSession } from '../account.js';
import { signerFromKey } from '../jws.js';
import { generateAccountKey } from '../key.js';
import { AcmeServer } from '../server.js';
import { type ScriptedCa, startScriptedCa } from './scripted-ca.js';

/** A scripted CA and an account on it, with a clock that does not wait but remembers for how long it should have. */
export interface ScriptedAccount {
  ca: ScriptedCa;
  session: AccountSession;
  /** All waits so far, in milliseconds. */
  slept: number[];
  stop(): Promise<void>;
}

export async function startScriptedAccount(): Promise<ScriptedAccount> {
  const ca = await startScriptedCa();
  const slept: number[] = [];
  let now = Date.now();
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
    random: () => 0.5,
  };
  const server = new AcmeServer({ directoryUrl: ca.directoryUrl, userAgent: 'certfleet-test/1.0', ca: ca.root, clock });
  const session = { server, accountUrl: `${ca.origin}/account/1`, signer: signerFromKey(await generateAccountKey()) };
  return {
    ca,
    session,
    slept,
    async stop() {
      await server.close();
      await ca.stop();
    },
  };
}
